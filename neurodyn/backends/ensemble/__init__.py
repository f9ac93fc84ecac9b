"""The ensemble engine: many runs of one small system, compiled to vector code."""
