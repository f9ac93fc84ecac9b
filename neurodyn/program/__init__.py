"""Lowering of indexed expressions to straight-line array programs, and printers of these."""
