"""The section [bench]: how a model is run when nothing else is said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from neurodyn.errors import InputError
from neurodyn.model.declarations import Locate
from neurodyn.model.entries import Entries
from neurodyn.model.stages import read_stages

BENCH: dict[str, tuple[type, ...]] = {
    "until": (int, float, str),
    "steps": (int,),
    "every": (int, float, str),
    "from": (int, float, str),
    "start": (str, Mapping),
    "record": (list,),
    "seed": (int,),
    "method": (str,),
    "dt": (int, float, str),
    "rtol": (int, float),
    "atol": (int, float),
    "backend": (str,),
    "trials": (int,),
    "figure": (str,),
    "stage": (list,),
}


STANDING = "operating point"


def read_bench(entries: Mapping[str, Any], locate: Locate) -> dict[str, Any]:
    """The section [bench], each entry of the right type."""
    for key, value in entries.items():
        Entries(BENCH, "[bench]", "in [bench]").check(key, value, locate("bench", key), code="bench")
    _check_start(entries.get("start", STANDING), locate)
    read_stages(entries.get("stage", ()), locate)
    return dict(entries)


def _check_start(start: Any, locate: Locate) -> None:
    """A run starts as states and guesses say, or at the operating point, at which potentials may be held."""
    if start != STANDING and not isinstance(start, Mapping):
        raise InputError(
            f"A run cannot start at {start!r}.",
            code="bench-start",
            remedy=f'Write start = "{STANDING}", or the potentials that are held there: {{ "out.v" = "1 V" }}.',
            place=locate("bench", "start").place(0),
        )
