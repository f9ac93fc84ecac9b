"""`[[bench.stage]]`: the stages of a run, each going on from the one before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from neurodyn.errors import InputError
from neurodyn.language.names import near
from neurodyn.language.source import Source
from neurodyn.model.locate import Locate

# What a stage may say: where it ends, and what is changed when it begins; changes stay until a later stage.
STAGE: dict[str, tuple[type, ...]] = {
    "until": (int, float, str),
    "steps": (int,),
    "values": (Mapping,),
    "inputs": (Mapping,),
    "start": (Mapping,),
}
CHANGES = ("values", "inputs", "start")


def stage_source(locate: Locate, number: int, key: str) -> Source:
    """Where an entry of a stage is written."""
    return locate(f"bench.stage.{number}", key)


def read_stages(entries: Sequence[Any], locate: Locate) -> None:
    """Refuse stages that cannot be read, or do not say where they end."""
    for number, stage in enumerate(entries):
        if not isinstance(stage, Mapping):
            raise InputError(
                "A stage is a table.",
                code="stage",
                remedy="Write [[bench.stage]] and its entries below.",
                place=locate("bench", "stage").place(0),
            )
        for key, value in stage.items():
            _check_entry(key, value, stage_source(locate, number, key))
        if ("until" in stage) == ("steps" in stage):
            raise InputError(
                f"Stage {number + 1} does not say where it ends.",
                code="stage",
                remedy="Write until = ... (of flows) or steps = ... (of maps).",
                place=locate("", f"bench.stage.{number}").place(0),
            )


def _check_entry(key: str, value: Any, source: Source) -> None:
    if key not in STAGE:
        raise InputError(
            f"A stage has no entry {key}.",
            code="stage",
            remedy=near(key, list(STAGE)) or f"It may say: {', '.join(STAGE)}.",
            place=source.place(0),
        )
    if isinstance(value, bool) or not isinstance(value, STAGE[key]):
        wanted = " or ".join("table" if t is Mapping else t.__name__ for t in STAGE[key])
        raise InputError(
            f"{key} of a stage must be of type {wanted}, not {type(value).__name__}.",
            code="stage",
            place=source.place(0),
        )
