"""The names of the documents: what a record looks like outside is in `schemas.database_schemas`."""
