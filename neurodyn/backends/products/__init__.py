"""Products of large constant matrices with vectors, which take as long as it takes to read the matrix."""
