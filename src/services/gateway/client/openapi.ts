// Written by vitest -u from templates/gateway/openapi.json.
export interface paths {
    "/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Root
         * @description What answers here.
         */
        get: operations["root_root"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/graphql": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Graphql
         * @description Answers a query. Errors of fields come with 200, as GraphQL has it, and bear the status of REST.
         */
        post: operations["route_graphql"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Health
         * @description Whether the process answers. Asks nothing else, and so is fast whatever is down.
         */
        get: operations["root_health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/livez": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Livez
         * @description The same, for orchestrators.
         */
        get: operations["root_livez"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Exposition
         * @description Metrics of all workers, for Prometheus.
         */
        get: operations["root_exposition"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Readyz
         * @description Whether each dependency answers, and how fast. Answers are kept for a second.
         */
        get: operations["root_readyz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/collections": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Collections
         * @description The names of all collections.
         */
        get: operations["collections_list_collections"];
        put?: never;
        /**
         * Create Collection
         * @description Makes a collection.
         */
        post: operations["collections_create_collection"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/collections/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Collection
         * @description A collection.
         */
        get: operations["collections_get_collection"];
        put?: never;
        post?: never;
        /**
         * Delete Collection
         * @description Deletes a collection with its vectors and their metadata. Libraries in it must go first.
         */
        delete: operations["collections_delete_collection"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/config/validate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Validate
         * @description Looks at the settings in force, and at what `vdb` found on the host.
         */
        get: operations["config_validate"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deployment/diagnostics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Diagnostics
         * @description What is wrong here.
         */
        get: operations["deployment_diagnostics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deployment/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Status
         * @description What is deployed here, by the state that `vdb` keeps on the host.
         */
        get: operations["deployment_status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/environment/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Status
         * @description How the host is, by the results that `vdb` left on it.
         */
        get: operations["environment_status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Versioned Health
         * @description The same, under the versioned prefix.
         */
        get: operations["root_versioned_health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/infrastructure/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Health
         * @description Whether the dependencies answer. Answers 200 whatever is down: the status is in the answer.
         */
        get: operations["infrastructure_health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Listed
         * @description All keys.
         */
        get: operations["keys_listed"];
        put?: never;
        /**
         * Issue
         * @description Issues a key.
         */
        post: operations["keys_issue"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/{key_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke
         * @description Revokes a key. Other workers may know it for KEY_CACHE_SECONDS more.
         */
        delete: operations["keys_revoke"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/libraries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Libraries
         * @description Libraries, oldest first.
         */
        get: operations["libraries_list_libraries"];
        put?: never;
        /**
         * Create Library
         * @description Makes a library. Its model must be configured, and the model's collection must be in Qdrant.
         */
        post: operations["libraries_create_library"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/libraries/{library_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Library
         * @description A library.
         */
        get: operations["libraries_get_library"];
        put?: never;
        post?: never;
        /**
         * Delete Library
         * @description Deletes a library with its documents, their chunks and vectors.
         */
        delete: operations["libraries_delete_library"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/libraries/{library_id}/documents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Documents
         * @description Documents of a library, oldest first.
         */
        get: operations["documents_list_documents"];
        put?: never;
        /**
         * Create Document
         * @description Embeds and keeps a document.
         */
        post: operations["documents_create_document"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/libraries/{library_id}/documents/{document_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Document
         * @description A document.
         */
        get: operations["documents_get_document"];
        /**
         * Put Document
         * @description Creates a document under this id, or replaces it with all its chunks.
         */
        put: operations["documents_put_document"];
        post?: never;
        /**
         * Delete Document
         * @description Deletes a document with its chunks and vectors.
         */
        delete: operations["documents_delete_document"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/libraries/{library_id}/documents/{document_id}/chunks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Chunks
         * @description Chunks of a document, in order.
         */
        get: operations["documents_list_chunks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/libraries/{library_id}/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Search Library
         * @description The chunks of a library that are nearest to the query, best first.
         */
        post: operations["search_search_library"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Models
         * @description The models that are configured.
         */
        get: operations["models_list_models"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{model}/embed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Embed Texts
         * @description Embeds texts.
         */
        post: operations["models_embed_texts"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{model}/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Model Health
         * @description Asks a model for an embedding; 503 when it gives none.
         */
        get: operations["models_model_health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/production/readiness": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Readiness
         * @description What the last check found. Answers 200 whatever it found: the status is in the answer.
         */
        get: operations["production_readiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/vectors/delete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Delete Vectors
         * @description Removes vectors by their ids.
         */
        post: operations["vectors_delete_vectors"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/vectors/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Search Vectors
         * @description The vectors of a collection that are nearest to the query, best first.
         */
        post: operations["vectors_search_vectors"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/vectors/upsert": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Upsert Vectors
         * @description Writes vectors into a collection, replacing those with the same ids.
         *
         *     They are kept all together or not at all, and go to Qdrant in parts. Where Qdrant refuses some, 422 names
         *     those in `refused`; the others are written. Refused ones are to be written again, or deleted.
         */
        post: operations["vectors_upsert_vectors"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * Backlog
         * @description Writes that are in PostgreSQL and not yet in Qdrant, and those that Qdrant has refused.
         */
        Backlog: {
            /** Oldest Seconds */
            oldest_seconds: number | null;
            /** Pending */
            pending: number;
            /** Rejected */
            rejected: number;
        };
        /**
         * CheckResult
         * @description What one check of `vdb` found.
         */
        CheckResult: {
            /** Command */
            command?: string | null;
            /** Expected */
            expected?: string | null;
            /** Group */
            group: string;
            /** Id */
            id: string;
            /** Remedy */
            remedy?: string | null;
            /** Seen */
            seen: string;
            /**
             * Severity
             * @enum {string}
             */
            severity: "critical" | "error" | "warning";
            /**
             * Status
             * @enum {string}
             */
            status: "pass" | "warn" | "fail" | "unknown" | "skip" | "waived";
            /** Title */
            title: string;
        };
        /**
         * ChunkAnswer
         * @description A chunk of a document, and the id of its vector.
         */
        ChunkAnswer: {
            /** Chunk Index */
            chunk_index: number;
            /** Point Id */
            point_id: string;
            /** Text */
            text: string;
        };
        /**
         * ChunkPage
         * @description Chunks of a document, in order.
         */
        ChunkPage: {
            /** Items */
            items: components["schemas"]["ChunkAnswer"][];
            /**
             * Next Index
             * @description `from` of the next page.
             */
            next_index?: number | null;
        };
        /**
         * CollectionAnswer
         * @description A collection. `size` and `distance` are absent where its vectors have names.
         */
        CollectionAnswer: {
            /** Distance */
            distance: string | null;
            /** Name */
            name: string;
            /**
             * Points
             * @description Approximate.
             */
            points: number;
            /** Size */
            size: number | null;
            /** Status */
            status: string;
        };
        /**
         * CollectionNames
         * @description The collections that there are.
         */
        CollectionNames: {
            /** Items */
            items: string[];
        };
        /**
         * CollectionRequest
         * @description A new collection.
         * @example {
         *       "distance": "Cosine",
         *       "name": "test",
         *       "size": 3
         *     }
         */
        CollectionRequest: {
            /**
             * Distance
             * @default Cosine
             * @enum {string}
             */
            distance?: "Cosine" | "Dot" | "Euclid" | "Manhattan";
            /**
             * Name
             * @example general
             */
            name: string;
            /**
             * On Disk
             * @description Whether vectors are kept on disk rather than in memory.
             * @default false
             */
            on_disk?: boolean;
            /**
             * Size
             * @description Numbers of a vector.
             */
            size: number;
        };
        /**
         * Comparison
         * @description Whether this process runs with what `production.yaml` on the host says.
         *
         *     `differs` is so until a deploy brings in what was configured, and after a rollback.
         */
        Comparison: {
            /**
             * Differences
             * @default []
             */
            differences?: components["schemas"]["Difference"][];
            /** Reason */
            reason?: string | null;
            /**
             * Status
             * @enum {string}
             */
            status: "same" | "differs" | "unknown";
        };
        /**
         * ConfigValidation
         * @description `invalid`: a setting must not stay so in production. Settings that cannot be read stop the start.
         */
        ConfigValidation: {
            drift: components["schemas"]["Drift"];
            /** Environment */
            environment: string;
            /** Findings */
            findings: components["schemas"]["SettingFinding"][];
            production: components["schemas"]["Comparison"];
            /**
             * Status
             * @enum {string}
             */
            status: "valid" | "warnings" | "invalid";
        };
        /**
         * DeleteRequest
         * @description Vectors to be removed; those that are not there count as removed.
         * @example {
         *       "collection": "test",
         *       "ids": [
         *         "5c56c793-69f3-4fbf-87e6-c4bf54c28c26"
         *       ]
         *     }
         */
        DeleteRequest: {
            /**
             * Collection
             * @example general
             */
            collection: string;
            /** Ids */
            ids: (string | number)[];
        };
        /**
         * DependencyState
         * @description What a dependency answered, and how fast.
         */
        DependencyState: {
            /** Latency Ms */
            latency_ms: number;
            /** Reason */
            reason?: string | null;
            /** Required */
            required: boolean;
            /**
             * Status
             * @enum {string}
             */
            status: "up" | "down";
        };
        /**
         * DeploymentStatus
         * @description `state` is what `vdb` wrote on the host. `unknown`: it cannot be told, for the `reason`.
         */
        DeploymentStatus: {
            gateway: components["schemas"]["Process"];
            placement: components["schemas"]["Placement"];
            /** Reason */
            reason?: string | null;
            /** State */
            state?: {
                [key: string]: unknown;
            } | null;
            /**
             * Status
             * @enum {string}
             */
            status: "known" | "unknown";
        };
        /**
         * Diagnostics
         * @description All that helps to find what is wrong. Only admins see the settings; secrets are masked.
         */
        Diagnostics: {
            checks: components["schemas"]["Findings"];
            deployment: components["schemas"]["DeploymentStatus"];
            gateway: components["schemas"]["Process"];
            /** Packages */
            packages: {
                [key: string]: string;
            };
            readiness: components["schemas"]["Readiness"];
            /** Settings */
            settings?: {
                [key: string]: unknown;
            } | null;
        };
        /**
         * Difference
         * @description A setting that is in force with another value than that of `production.yaml`.
         */
        Difference: {
            /** Configured */
            configured: unknown;
            /** Running */
            running: unknown;
            /** Setting */
            setting: string;
        };
        /**
         * DocumentAnswer
         * @description A document. `indexing` is `pending` until its vectors are in Qdrant; it cannot be found before.
         *
         *     `rejected`: Qdrant has refused them for good. `missing`: Qdrant has lost them. Either way it is to be
         *     written again, or deleted.
         */
        DocumentAnswer: {
            /** Chunks */
            chunks: number;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /**
             * Indexing
             * @enum {string}
             */
            indexing: "indexed" | "pending" | "rejected" | "missing";
            /**
             * Library Id
             * Format: uuid
             */
            library_id: string;
            /** Metadata */
            metadata: {
                [key: string]: unknown;
            };
            /** Title */
            title: string;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
        };
        /**
         * DocumentContent
         * @description A document: its texts are its chunks, in order.
         * @example {
         *       "metadata": {
         *         "lang": "en"
         *       },
         *       "texts": [
         *         "Stop the writers.",
         *         "Take the newest set."
         *       ],
         *       "title": "Restore"
         *     }
         */
        DocumentContent: {
            /** Metadata */
            metadata?: {
                [key: string]: unknown;
            };
            /** Texts */
            texts: string[];
            /** Title */
            title: string;
        };
        /**
         * DocumentPage
         * @description Documents of a library, oldest first.
         */
        DocumentPage: {
            /** Items */
            items: components["schemas"]["DocumentAnswer"][];
            /** Next Cursor */
            next_cursor?: string | null;
        };
        /**
         * DocumentRequest
         * @description A new document.
         * @example {
         *       "metadata": {
         *         "lang": "en"
         *       },
         *       "texts": [
         *         "Stop the writers.",
         *         "Take the newest set."
         *       ],
         *       "title": "Restore"
         *     }
         */
        DocumentRequest: {
            /**
             * Id
             * @description Chosen by the client, a request may be repeated.
             */
            id?: string | null;
            /** Metadata */
            metadata?: {
                [key: string]: unknown;
            };
            /** Texts */
            texts: string[];
            /** Title */
            title: string;
        };
        /**
         * Drift
         * @description Whether the files on the host are those of vdb's plan, by its last check.
         */
        Drift: {
            /**
             * Findings
             * @default []
             */
            findings?: components["schemas"]["CheckResult"][];
            /** Reason */
            reason?: string | null;
            /**
             * Status
             * @enum {string}
             */
            status: "none" | "found" | "unknown";
        };
        /**
         * EmbedAnswer
         * @description One embedding a text, in order.
         */
        EmbedAnswer: {
            /** Dimension */
            dimension: number;
            /** Embeddings */
            embeddings: number[][];
            /** Model */
            model: string;
        };
        /**
         * EmbedRequest
         * @description Texts to be embedded.
         * @example {
         *       "texts": [
         *         "how to restore a backup"
         *       ]
         *     }
         */
        EmbedRequest: {
            /**
             * Purpose
             * @default document
             * @enum {string}
             */
            purpose?: "document" | "query";
            /** Texts */
            texts: string[];
        };
        /**
         * EnvironmentStatus
         * @description The process, and the host as the last check of `vdb` saw it.
         */
        EnvironmentStatus: {
            /** At */
            at?: string | null;
            gateway: components["schemas"]["Process"];
            /**
             * Groups
             * @default {}
             */
            groups?: {
                [key: string]: components["schemas"]["GroupStatus"];
            };
            /** Packages */
            packages: {
                [key: string]: string;
            };
            /** Reason */
            reason?: string | null;
            /**
             * Status
             * @enum {string}
             */
            status: "ok" | "warning" | "failed" | "unknown";
        };
        /**
         * FieldError
         * @description One thing that is wrong with a request, and where.
         */
        FieldError: {
            /** Location */
            location: (string | number)[];
            /** Message */
            message: string;
            /** Type */
            type: string;
        };
        /**
         * FieldMatch
         * @description A field of the payload has a value.
         */
        FieldMatch: {
            /** Key */
            key: string;
            /** Match */
            match: components["schemas"]["MatchValue"] | components["schemas"]["MatchAny"] | components["schemas"]["MatchExcept"];
        };
        /**
         * FieldRange
         * @description A field of the payload lies in a range.
         */
        FieldRange: {
            /** Key */
            key: string;
            range: components["schemas"]["Range"];
        };
        /**
         * Filter
         * @description Conditions that must all hold, of which one must hold, and of which none may hold.
         */
        Filter: {
            /** Must */
            must?: (components["schemas"]["FieldMatch"] | components["schemas"]["FieldRange"] | components["schemas"]["IsEmpty"] | components["schemas"]["IsNull"] | components["schemas"]["HasId"] | components["schemas"]["Filter"])[] | null;
            /** Must Not */
            must_not?: (components["schemas"]["FieldMatch"] | components["schemas"]["FieldRange"] | components["schemas"]["IsEmpty"] | components["schemas"]["IsNull"] | components["schemas"]["HasId"] | components["schemas"]["Filter"])[] | null;
            /** Should */
            should?: (components["schemas"]["FieldMatch"] | components["schemas"]["FieldRange"] | components["schemas"]["IsEmpty"] | components["schemas"]["IsNull"] | components["schemas"]["HasId"] | components["schemas"]["Filter"])[] | null;
        };
        /**
         * Findings
         * @description What the last check of `vdb` did not see pass, and when it looked.
         */
        Findings: {
            /** At */
            at?: string | null;
            /**
             * Findings
             * @default []
             */
            findings?: components["schemas"]["CheckResult"][];
            /** Reason */
            reason?: string | null;
            /**
             * Status
             * @enum {string}
             */
            status: "known" | "unknown";
        };
        /**
         * GraphQLAnswer
         * @description Data, errors, or some of both.
         */
        GraphQLAnswer: {
            /** Data */
            data?: {
                [key: string]: unknown;
            } | null;
            /** Errors */
            errors?: {
                [key: string]: unknown;
            }[] | null;
        };
        /**
         * GraphQLRequest
         * @description A query. `{health{status}}` needs no key, everything else does.
         * @example {
         *       "query": "query{health{status}}"
         *     }
         */
        GraphQLRequest: {
            /** Extensions */
            extensions?: {
                [key: string]: unknown;
            } | null;
            /** Operationname */
            operationName?: string | null;
            /** Query */
            query: string;
            /** Variables */
            variables?: {
                [key: string]: unknown;
            } | null;
        };
        /**
         * GroupStatus
         * @description What the checks of one group found: the worst of them.
         */
        GroupStatus: {
            /** Findings */
            findings: components["schemas"]["CheckResult"][];
            /**
             * Status
             * @enum {string}
             */
            status: "ok" | "warning" | "failed" | "unknown";
        };
        /**
         * HasId
         * @description The point has one of the ids.
         */
        HasId: {
            /** Has Id */
            has_id: (string | number)[];
        };
        /**
         * Health
         * @description The process answers.
         */
        Health: {
            /** Status */
            status: string;
            /** Version */
            version: string;
        };
        /**
         * Infrastructure
         * @description The dependencies, the pool of this worker, and what still waits to be written to Qdrant.
         */
        Infrastructure: {
            /** Dependencies */
            dependencies: {
                [key: string]: components["schemas"]["DependencyState"];
            };
            outbox: components["schemas"]["Backlog"] | null;
            pool: components["schemas"]["Pool"];
            /**
             * Status
             * @enum {string}
             */
            status: "healthy" | "degraded" | "unhealthy";
        };
        /**
         * IsEmpty
         * @description A field of the payload is absent, null or an empty list.
         */
        IsEmpty: {
            is_empty: components["schemas"]["PayloadField"];
        };
        /**
         * IsNull
         * @description A field of the payload is null.
         */
        IsNull: {
            is_null: components["schemas"]["PayloadField"];
        };
        /**
         * Issued
         * @description A new key. This is the only time that it is shown.
         */
        Issued: {
            /** Expires At */
            expires_at: string | null;
            /** Id */
            id: number;
            /** Key */
            key: string;
            /** Name */
            name: string;
            /** Scopes */
            scopes: ("read" | "write" | "admin")[];
        };
        /**
         * KeyInfo
         * @description What is known of a key; the key itself is not kept.
         */
        KeyInfo: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Expires At */
            expires_at: string | null;
            /** Fingerprint */
            fingerprint: string;
            /** Id */
            id: number;
            /** Last Used At */
            last_used_at: string | null;
            /** Name */
            name: string;
            /** Revoked At */
            revoked_at: string | null;
            /** Scopes */
            scopes: ("read" | "write" | "admin")[];
        };
        /**
         * KeyList
         * @description All keys, revoked and expired ones too.
         */
        KeyList: {
            /** Keys */
            keys: components["schemas"]["KeyInfo"][];
        };
        /**
         * LibraryAnswer
         * @description A library.
         */
        LibraryAnswer: {
            /** Collection */
            collection: string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Documents */
            documents: number;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Index Type */
            index_type: string;
            /** Metadata */
            metadata: {
                [key: string]: unknown;
            };
            /** Model */
            model: string;
            /** Name */
            name: string;
        };
        /**
         * LibraryPage
         * @description Libraries, oldest first.
         */
        LibraryPage: {
            /** Items */
            items: components["schemas"]["LibraryAnswer"][];
            /** Next Cursor */
            next_cursor?: string | null;
        };
        /**
         * LibraryRequest
         * @description A new library. Its model decides the collection that its vectors lie in, and stays.
         * @example {
         *       "metadata": {
         *         "team": "ops"
         *       },
         *       "model": "general",
         *       "name": "handbooks"
         *     }
         */
        LibraryRequest: {
            /**
             * Id
             * @description Chosen by the client, a request may be repeated.
             */
            id?: string | null;
            /**
             * Index Type
             * @description `flat` compares with every vector: exact, and slower on large libraries.
             * @default hnsw
             * @enum {string}
             */
            index_type?: "hnsw" | "flat";
            /** Metadata */
            metadata?: {
                [key: string]: unknown;
            };
            /**
             * Model
             * @description May be left out where there is only one model.
             */
            model?: string | null;
            /** Name */
            name: string;
        };
        /**
         * MatchAny
         * @description Equal to one of the values.
         */
        MatchAny: {
            /** Any */
            any: string[] | number[];
        };
        /**
         * MatchExcept
         * @description Equal to none of the values.
         */
        MatchExcept: {
            /** Except */
            except: string[] | number[];
        };
        /**
         * MatchValue
         * @description Equal to the value.
         */
        MatchValue: {
            /** Value */
            value: boolean | number | string;
        };
        /**
         * ModelAnswer
         * @description A model. `kind` is `http`, `cohere` or `test`; the last knows nothing of meaning.
         */
        ModelAnswer: {
            /** Collection */
            collection: string;
            /** Dimension */
            dimension: number | null;
            /** Kind */
            kind: string;
            /** Name */
            name: string;
        };
        /**
         * ModelHealthAnswer
         * @description A model that answers.
         */
        ModelHealthAnswer: {
            /** Circuit */
            circuit: string;
            /** Dimension */
            dimension: number;
            /** Latency Ms */
            latency_ms: number;
            /** Model */
            model: string;
            /**
             * Status
             * @default healthy
             * @constant
             */
            status?: "healthy";
        };
        /**
         * ModelList
         * @description The models that there are.
         */
        ModelList: {
            /** Items */
            items: components["schemas"]["ModelAnswer"][];
        };
        /**
         * NewKey
         * @description A key to be issued.
         */
        NewKey: {
            /** Expires At */
            expires_at?: string | null;
            /** Name */
            name: string;
            /** Scopes */
            scopes: ("read" | "write" | "admin")[];
        };
        /**
         * PayloadField
         * @description A field by its name.
         */
        PayloadField: {
            /** Key */
            key: string;
        };
        /**
         * PendingAnswer
         * @description The change is kept and will reach Qdrant; that does not answer now.
         */
        PendingAnswer: {
            /**
             * Indexing
             * @default pending
             * @enum {string}
             */
            indexing?: "indexed" | "pending";
        };
        /**
         * Placed
         * @description A replica of the gateway, as `deployment.yaml` has it. `standby`: it is what a rollback goes to.
         */
        Placed: {
            /** Name */
            name: string;
            /** Port */
            port: number;
            /**
             * Role
             * @enum {string}
             */
            role: "active" | "standby";
            /**
             * Slot
             * @enum {string}
             */
            slot: "blue" | "green";
        };
        /**
         * Placement
         * @description Where this process runs, by `deployment.yaml`.
         *
         *     `unknown` is also a replica that no user is sent to yet: a deploy has started it, and has not switched.
         */
        Placement: {
            instance?: components["schemas"]["Placed"] | null;
            /** Reason */
            reason?: string | null;
            /**
             * Status
             * @enum {string}
             */
            status: "known" | "unknown";
        };
        /**
         * Pool
         * @description The connections of this worker to PostgreSQL.
         */
        Pool: {
            /** Capacity */
            capacity: number;
            /** Checked Out */
            checked_out: number;
            /** Overflow */
            overflow: number;
            /** Size */
            size: number;
            /** Waiting */
            waiting: number;
        };
        /**
         * Problem
         * @description What went wrong, for people and programs. `refused` are the ids of points that Qdrant has refused.
         */
        Problem: {
            /**
             * Dependency
             * @default null
             */
            dependency?: string | null;
            /**
             * Detail
             * @default null
             */
            detail?: string | null;
            /**
             * Errors
             * @default null
             */
            errors?: components["schemas"]["FieldError"][] | null;
            /**
             * Refused
             * @default null
             */
            refused?: string[] | null;
            /**
             * Request Id
             * @default null
             */
            request_id?: string | null;
            /** Status */
            status: number;
            /** Title */
            title: string;
            /**
             * Type
             * @default about:blank
             */
            type?: string;
        };
        /**
         * Process
         * @description The worker that answers.
         */
        Process: {
            /** Environment */
            environment: string;
            /** Pid */
            pid: number;
            /** Python */
            python: string;
            /** Release */
            release: string;
            /**
             * Started At
             * Format: date-time
             */
            started_at: string;
            /** Uptime Seconds */
            uptime_seconds: number;
            /** Version */
            version: string;
            /** Workers */
            workers: number;
        };
        /**
         * ProductionReadiness
         * @description The verdict of the last `vdb check readiness` on this host.
         *
         *     `unknown`: there is none, it is too old, or it did not come to an end.
         */
        ProductionReadiness: {
            /** Age Seconds */
            age_seconds?: number | null;
            /** At */
            at?: string | null;
            /**
             * Blocking
             * @default []
             */
            blocking?: string[];
            /**
             * Counts
             * @default {}
             */
            counts?: {
                [key: string]: number;
            };
            /** Reason */
            reason?: string | null;
            /**
             * Results
             * @default []
             */
            results?: components["schemas"]["CheckResult"][];
            /**
             * Status
             * @enum {string}
             */
            status: "ready" | "not-ready" | "unknown";
            /** Vdb */
            vdb?: string | null;
        };
        /**
         * Range
         * @description Between the bounds.
         */
        Range: {
            /** Gt */
            gt?: number | null;
            /** Gte */
            gte?: number | null;
            /** Lt */
            lt?: number | null;
            /** Lte */
            lte?: number | null;
        };
        /**
         * Readiness
         * @description `degraded`: it serves, but something that it can do without is down.
         */
        Readiness: {
            /** Dependencies */
            dependencies: {
                [key: string]: components["schemas"]["DependencyState"];
            };
            /**
             * Status
             * @enum {string}
             */
            status: "ready" | "degraded" | "not ready";
        };
        /**
         * SearchAnswer
         * @description The best hits first: as many as were asked for, where there are so many.
         */
        SearchAnswer: {
            /**
             * Cached
             * @default false
             */
            cached?: boolean;
            /** Results */
            results: components["schemas"]["SearchHit"][];
            /** Took Ms */
            took_ms: number;
        };
        /**
         * SearchHit
         * @description A chunk that was found, with Qdrant's score.
         */
        SearchHit: {
            /** Chunk Index */
            chunk_index: number;
            /**
             * Document Id
             * Format: uuid
             */
            document_id: string;
            /** Metadata */
            metadata: {
                [key: string]: unknown;
            };
            /** Score */
            score: number;
            /** Text */
            text: string;
            /** Title */
            title: string;
        };
        /**
         * SearchRequest
         * @description What to look for.
         * @example {
         *       "k": 5,
         *       "query": "how to restore a backup"
         *     }
         */
        SearchRequest: {
            /**
             * Document Ids
             * @description Only chunks of these documents.
             */
            document_ids?: string[] | null;
            /**
             * K
             * @default 10
             */
            k?: number;
            /** Query */
            query: string;
            /** Score Threshold */
            score_threshold?: number | null;
        };
        /**
         * SettingFinding
         * @description One remark about a setting.
         */
        SettingFinding: {
            /** Message */
            message: string;
            /** Setting */
            setting: string;
            /**
             * Severity
             * @enum {string}
             */
            severity: "error" | "warning";
        };
        /**
         * UpsertRequest
         * @description Vectors to be written; those that are there are replaced.
         * @example {
         *       "collection": "test",
         *       "points": [
         *         {
         *           "id": "5c56c793-69f3-4fbf-87e6-c4bf54c28c26",
         *           "payload": {
         *             "lang": "en"
         *           },
         *           "vector": [
         *             0.1,
         *             0.2,
         *             0.3
         *           ]
         *         }
         *       ]
         *     }
         */
        UpsertRequest: {
            /**
             * Collection
             * @example general
             */
            collection: string;
            /** Points */
            points: components["schemas"]["VectorPoint"][];
        };
        /**
         * VectorHit
         * @description A vector that was found, with Qdrant's score.
         */
        VectorHit: {
            /** Id */
            id: string | number;
            /** Payload */
            payload?: {
                [key: string]: unknown;
            } | null;
            /** Score */
            score: number;
            /** Vector */
            vector?: number[] | null;
        };
        /**
         * VectorPoint
         * @description A vector and what is known about it.
         */
        VectorPoint: {
            /**
             * Id
             * @description Without one it is derived from the content, so that a repetition is the same write.
             */
            id?: string | number | null;
            /** Payload */
            payload?: {
                [key: string]: unknown;
            };
            /** Vector */
            vector: number[];
        };
        /**
         * VectorSearchAnswer
         * @description The best hits first.
         */
        VectorSearchAnswer: {
            /**
             * Cached
             * @default false
             */
            cached?: boolean;
            /** Results */
            results: components["schemas"]["VectorHit"][];
            /** Took Ms */
            took_ms: number;
        };
        /**
         * VectorSearchRequest
         * @description What to look for in a collection.
         * @example {
         *       "collection": "test",
         *       "limit": 10,
         *       "query_vector": [
         *         0.1,
         *         0.2,
         *         0.3
         *       ]
         *     }
         */
        VectorSearchRequest: {
            /**
             * Collection
             * @example general
             */
            collection: string;
            /**
             * Exact
             * @description Compares with every vector.
             * @default false
             */
            exact?: boolean;
            filter?: components["schemas"]["Filter"] | null;
            /**
             * Limit
             * @default 10
             */
            limit?: number;
            /** Query Vector */
            query_vector: number[];
            /** Score Threshold */
            score_threshold?: number | null;
            /**
             * With Payload
             * @default true
             */
            with_payload?: boolean;
            /**
             * With Vector
             * @default false
             */
            with_vector?: boolean;
        };
        /**
         * Welcome
         * @description What answers here, and under which paths.
         */
        Welcome: {
            /** Api */
            api: string;
            /** Health */
            health: string;
            /** Name */
            name: string;
            /** Version */
            version: string;
        };
        /**
         * WriteAnswer
         * @description What a write has done.
         */
        WriteAnswer: {
            /** Collection */
            collection: string;
            /**
             * Ids
             * @description As they were given, and as a search finds them.
             */
            ids: (string | number)[];
            /**
             * Indexing
             * @enum {string}
             */
            indexing: "indexed" | "pending";
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    root_root: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Welcome"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    route_graphql: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GraphQLRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GraphQLAnswer"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description Seconds until it is worth another try. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    root_health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    root_livez: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    root_exposition: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Metrics in Prometheus' text format. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": unknown;
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description Seconds until it is worth another try. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    root_readyz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Something that the gateway needs does not answer. */
            503: {
                headers: {
                    /** @description Seconds until it is worth another try. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                };
            };
        };
    };
    collections_list_collections: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CollectionNames"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description How to present a key. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description Seconds until it is worth another try. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    collections_create_collection: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CollectionRequest"];
            };
        };
        responses: {
            /** @description It is there already, and the same. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CollectionAnswer"];
                };
            };
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CollectionAnswer"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description How to present a key. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description Seconds until it is worth another try. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    collections_get_collection: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CollectionAnswer"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description How to present a key. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description Seconds until it is worth another try. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    collections_delete_collection: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description How to present a key. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description Seconds until it is worth another try. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    config_validate: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConfigValidation"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description How to present a key. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description Seconds until it is worth another try. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deployment_diagnostics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Diagnostics"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description How to present a key. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description Seconds until it is worth another try. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deployment_status: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeploymentStatus"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description How to present a key. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description Seconds until it is worth another try. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    environment_status: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EnvironmentStatus"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description How to present a key. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description Seconds until it is worth another try. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    root_versioned_health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    infrastructure_health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Infrastructure"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description How to present a key. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description Seconds until it is worth another try. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    keys_listed: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyList"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description How to present a key. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description Seconds until it is worth another try. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    keys_issue: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewKey"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Issued"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description How to present a key. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description Seconds until it is worth another try. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    keys_revoke: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                key_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description How to present a key. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description Seconds until it is worth another try. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    libraries_list_libraries: {
        parameters: {
            query?: {
                /** @description Items a page. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LibraryPage"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description How to present a key. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description Seconds until it is worth another try. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    libraries_create_library: {
        parameters: {
            query?: never;
            header?: {
                /** @description Requests with the same key make one thing, however often they are sent. */
                "idempotency-key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LibraryRequest"];
            };
        };
        responses: {
            /** @description An earlier request has made it. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LibraryAnswer"];
                };
            };
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LibraryAnswer"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description How to present a key. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description Seconds until it is worth another try. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    libraries_get_library: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                library_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LibraryAnswer"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description How to present a key. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description Seconds until it is worth another try. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    libraries_delete_library: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                library_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Gone; its vectors follow when Qdrant answers. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PendingAnswer"];
                };
            };
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description How to present a key. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description Seconds until it is worth another try. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    documents_list_documents: {
        parameters: {
            query?: {
                /** @description Items a page. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string | null;
            };
            header?: never;
            path: {
                library_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DocumentPage"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description How to present a key. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description Seconds until it is worth another try. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    documents_create_document: {
        parameters: {
            query?: never;
            header?: {
                /** @description Requests with the same key make one thing, however often they are sent. */
                "idempotency-key"?: string | null;
            };
            path: {
                library_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DocumentRequest"];
            };
        };
        responses: {
            /** @description An earlier request has made it. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DocumentAnswer"];
                };
            };
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DocumentAnswer"];
                };
            };
            /** @description Kept; it can be found when Qdrant answers again. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DocumentAnswer"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description How to present a key. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description Seconds until it is worth another try. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    documents_get_document: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                library_id: string;
                document_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DocumentAnswer"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description How to present a key. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description Seconds until it is worth another try. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    documents_put_document: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                library_id: string;
                document_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DocumentContent"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DocumentAnswer"];
                };
            };
            /** @description Created. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DocumentAnswer"];
                };
            };
            /** @description Kept; it can be found when Qdrant answers again. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DocumentAnswer"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description How to present a key. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description Seconds until it is worth another try. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    documents_delete_document: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                library_id: string;
                document_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Gone; its vectors follow when Qdrant answers. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PendingAnswer"];
                };
            };
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description How to present a key. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description Seconds until it is worth another try. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    documents_list_chunks: {
        parameters: {
            query?: {
                from?: number;
                /** @description Items a page. */
                limit?: number;
            };
            header?: never;
            path: {
                library_id: string;
                document_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChunkPage"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description How to present a key. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description Seconds until it is worth another try. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    search_search_library: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                library_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SearchRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SearchAnswer"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description How to present a key. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description Seconds until it is worth another try. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    models_list_models: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelList"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description How to present a key. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description Seconds until it is worth another try. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    models_embed_texts: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                model: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EmbedRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EmbedAnswer"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description How to present a key. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description Seconds until it is worth another try. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    models_model_health: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                model: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelHealthAnswer"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description How to present a key. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description Seconds until it is worth another try. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    production_readiness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProductionReadiness"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description How to present a key. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description Seconds until it is worth another try. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    vectors_delete_vectors: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeleteRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WriteAnswer"];
                };
            };
            /** @description Kept; it shows when Qdrant answers again. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WriteAnswer"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description How to present a key. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description Seconds until it is worth another try. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    vectors_search_vectors: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["VectorSearchRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VectorSearchAnswer"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description How to present a key. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description Seconds until it is worth another try. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    vectors_upsert_vectors: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpsertRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WriteAnswer"];
                };
            };
            /** @description Kept; it shows when Qdrant answers again. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WriteAnswer"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description How to present a key. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description Seconds until it is worth another try. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
