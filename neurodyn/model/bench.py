"""The section [bench]: how a model is run when nothing else is said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from neurodyn.errors import InputError
from neurodyn.language.names import near
from neurodyn.model.declarations import Locate
from neurodyn.model.stages import read_stages

BENCH: dict[str, tuple[type, ...]] = {
    "until": (int, float, str),
    "steps": (int,),
    "every": (int, float, str),
    "from": (int, float, str),
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


def read_bench(entries: Mapping[str, Any], locate: Locate) -> dict[str, Any]:
    """The section [bench], each entry of the right type."""
    for key, value in entries.items():
        source = locate("bench", key)
        if key not in BENCH:
            raise InputError(
                f"[bench] has no entry {key}.",
                code="bench",
                remedy=near(key, list(BENCH)) or f"It may say: {', '.join(BENCH)}.",
                place=source.place(0),
            )
        if isinstance(value, bool) or not isinstance(value, BENCH[key]):
            wanted = " or ".join(t.__name__ for t in BENCH[key])
            raise InputError(
                f"{key} in [bench] must be of type {wanted}, not {type(value).__name__}.",
                code="bench",
                place=source.place(0),
            )
    read_stages(entries.get("stage", ()), locate)
    return dict(entries)
