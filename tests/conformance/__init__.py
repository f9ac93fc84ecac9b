"""Every shipped model on every backend that can run it, against the others."""
