"""Fixed points of systems that are too large for proofs of completeness: searched for from many starts."""
