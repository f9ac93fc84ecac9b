"""A system close to a state, where it is linear."""
