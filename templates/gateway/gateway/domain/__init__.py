"""What the gateway does, whatever the protocol that asks for it."""
