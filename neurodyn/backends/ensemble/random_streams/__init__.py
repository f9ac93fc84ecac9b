"""Random numbers as LLVM text: the very numbers that NumPy draws from the same key.

A run draws blocks of steps, each from a generator of its own whose key is made of seed, name, trial and block
(`neurodyn.system.noise`). In compiled code the same key gives the same numbers to the last bit: Philox 4x64 with ten
rounds (Salmon, Moraes, Dror and Shaw, 2011, "Parallel random numbers: as easy as 1, 2, 3"), as NumPy counts it; 53 bits
of each word for a uniform number; and for normal ones the strips of NumPy.
"""

from __future__ import annotations

from collections.abc import Iterable

from neurodyn.backends.ensemble.random_streams import keys, normal, philox, uniform
from neurodyn.errors import InputError

__all__ = ["KINDS", "draws", "fills"]

KINDS = {"uniform": uniform.fill, "normal": normal.fill}


def fills(kinds: Iterable[str]) -> str:
    """LLVM definitions of what fills arrays with random numbers, and of all that it calls, each once.

    `void @nd_fill_KIND(ptr out, i64 stride, i64 key_low, i64 key_high, i64 count)` writes the first `count` numbers
    of the stream of a key, one every `stride` doubles.

    Args:
        kinds: of numbers.
    """
    wanted = sorted(set(kinds))
    for kind in wanted:
        if kind not in KINDS:
            raise InputError(
                f"Random numbers of the kind `{kind}` have no compiled form.",
                code="not-compiled",
                remedy="Take a backend that computes with NumPy, such as `fixed` or `map`.",
            )
    return "\n".join([philox.words(), uniform.one(), *(KINDS[kind]() for kind in wanted)]) if wanted else ""


def draws(kinds: Iterable[str], width: int) -> str:
    """The same, and what fills arrays for several trials, side by side, from the texts of their keys.

    Args:
        width: how many numbers stand side by side.
    """
    wanted = sorted(set(kinds))
    own = [keys.draw(kind, width) for kind in wanted]
    return "\n".join([fills(wanted), keys.keys(), *own]) if wanted else ""
