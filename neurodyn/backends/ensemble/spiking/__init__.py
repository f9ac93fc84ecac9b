"""Networks with events in fixed steps, compiled: what the backend `fixed` does, as loops over units in vectors."""
