"""The power of analog circuits: what is supplied, stored and dissipated, and whether devices are passive."""
