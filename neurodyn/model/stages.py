"""`[[bench.stage]]`: the stages of a run, each going on from the one before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from neurodyn.errors import InputError
from neurodyn.language.source import Source
from neurodyn.model.entries import Entries
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
            source = stage_source(locate, number, key)
            Entries(STAGE, "A stage", "of a stage").check(key, value, source, code="stage")
        if ("until" in stage) == ("steps" in stage):
            raise InputError(
                f"Stage {number + 1} does not say where it ends.",
                code="stage",
                remedy="Write until = ... (of flows) or steps = ... (of maps).",
                place=locate("", f"bench.stage.{number}").place(0),
            )
