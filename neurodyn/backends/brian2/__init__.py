"""The `brian2` backend: flows, events and impulses as Brian2's groups and synapses, in fixed steps."""
