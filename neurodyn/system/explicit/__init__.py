"""Models with constraints as ordinary flows: nodes and currents solved for by symbols."""
