import { type Document, isMap, parseDocument } from 'yaml';
import { DEFAULT_COLLECTIONS } from './default-collections.js';
import { isOtherKind } from './layers.js';
import { isMapping } from './path.js';
import { QDRANT_VERSION } from './schema/qdrant.js';

/** What a new configuration file says. */
export interface RenderOptions {
  /** Name of the host. */
  name: string;
  address: string;
  /** As `~/.ssh/config` has it, else 22, where it is left out. */
  port?: number;
  /** As `~/.ssh/config` has it, else root, where it is left out. */
  user?: string;
  identity_file?: string;
  known_hosts?: string;
  host_key?: 'strict' | 'accept-new';
  /** Values that are merged into the file, nested as in it. */
  overrides?: Record<string, unknown>;
  /** The secrets file, as the configuration refers to it: relative to the configuration file, or absolute. */
  secretsFile: string;
}

/** A configuration file that provisions as it is, with comments and the nine collections of the documents. */
export function renderConfigFile(options: RenderOptions): string {
  const document = parseDocument(template(options.secretsFile));
  const { secretsFile: _, overrides = {}, ...host } = options;
  for (const [key, value] of Object.entries(host)) {
    if (value !== undefined) document.setIn(['hosts', 0, key], value);
  }
  merge(document, [], overrides);
  return document.toString({ lineWidth: 110 });
}

/** Merges into the document rather than into its data, because the document keeps its comments. */
function merge(document: Document, path: readonly string[], patch: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(patch)) {
    const place = [...path, key];
    const present = document.getIn(place);
    const data = isMap(present) ? (present.toJSON() as Record<string, unknown>) : undefined;
    if (value === undefined) continue;
    if (data !== undefined && isMapping(value) && !isOtherKind(data, value)) merge(document, place, value);
    else document.setIn(place, document.createNode(value, { keepUndefined: false }));
  }
}

function template(secretsFile: string): string {
  const secret = (key: string) => JSON.stringify(`\${file:${secretsFile}#${key}}`);
  return `# Configuration of vdb. Everything that is not here has a default: vdb config show --origins
# prints the whole, vdb config schema describes every key.
version: 1

hosts:
  - name: vector-db

qdrant:
  version: ${QDRANT_VERSION}
  artifact:
    from: release
    # Qdrant publishes no checksums: put the SHA-256 of the archive here once you trust a download.
    sha256: unpinned
  # Secrets stay in a file of their own that only you can read. \${env:NAME} and \${cmd:COMMAND} work too.
  api_key: ${secret('qdrant_api_key')}
  read_only_api_key: ${secret('qdrant_read_only_api_key')}

postgres:
  password: ${secret('postgres_password')}

redis:
  password: ${secret('redis_password')}

gateway:
  api_key: ${secret('gateway_api_key')}

security:
  firewall:
    # Networks that may use the service.
    allow: [192.168.10.0/24]

backup:
  # Every night at two, kept for thirty days.
  schedule: 0 2 * * *
  retention: 30d

# One collection per external model; size is the length of its embeddings.
collections:
${DEFAULT_COLLECTIONS.map(({ name, size, backup_priority }) => `  ${name}: { size: ${size}, backup_priority: ${backup_priority} }`).join('\n')}
`;
}
