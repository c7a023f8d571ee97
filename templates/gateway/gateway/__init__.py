"""The reference gateway: REST, GraphQL and gRPC in front of Qdrant and PostgreSQL."""

__version__ = "1.0.0"
