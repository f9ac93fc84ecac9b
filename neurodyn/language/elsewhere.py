"""Words that values know and equations do not, so that a message can say where they belong."""

from __future__ import annotations

DRAWS = ("normal", "uniform", "signs", "integers", "permutation")
WIRING = ("sparse", "indegree", "outdegree")
DATA = ("digits", "file")
SIGNALS = ("step", "window", "pulses", "ramp", "repeat", "steps", "lines")


def where_it_belongs(word: str) -> tuple[str, str] | None:
    """What a word of values is, and where it goes; None for any other word."""
    if word in DRAWS:
        form = f'w = "{word}(...)" in [parameters]'
        return f"{word} draws numbers, which an equation does not.", f"Draw once, {form}, or at each step in [noise]."
    if word in WIRING or word in DATA:
        return f"{word} is no function of an equation.", f'Give it as a value: w = "{word}(...)" in [parameters].'
    if word in SIGNALS:
        return (
            f"{word} is a signal, which an equation does not hold.",
            f'Declare an input: u = "{word}(...)" in [inputs].',
        )
    return None
