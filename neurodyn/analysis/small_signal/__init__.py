"""Systems near where they stand still: operating points, sweeps of them, and how small signals pass."""
