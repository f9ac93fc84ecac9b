"""The section [bench]: how a model is run when nothing else is said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from neurodyn.model.declarations import Locate
from neurodyn.model.entries import Entries
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
        Entries(BENCH, "[bench]", "in [bench]").check(key, value, locate("bench", key), code="bench")
    read_stages(entries.get("stage", ()), locate)
    return dict(entries)
