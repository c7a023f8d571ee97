"""The names of the documents: the SQLAlchemy models are in `models.database_models`."""
