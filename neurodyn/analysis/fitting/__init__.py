"""Parameters from measurements: fits, their intervals, and what the data cannot tell."""
