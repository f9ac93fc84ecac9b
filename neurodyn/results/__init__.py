"""Labelled results of runs: reading, describing, saving."""

from neurodyn.results.result import Result, load_result

__all__ = ["Result", "load_result"]
