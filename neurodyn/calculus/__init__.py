"""Symbols: letters, binders, derivatives and contraction. The only home of SymPy tricks."""
