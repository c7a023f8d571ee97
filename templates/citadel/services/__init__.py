"""The names of the documents: the client is in `services.database_client`."""
