"""The database layer: PostgreSQL keeps the metadata of what Qdrant keeps the vectors of."""
