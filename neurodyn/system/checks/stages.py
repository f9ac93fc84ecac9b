"""Stages speak of what the model has, as its time goes, and follow one another in time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from neurodyn.calculus.letters import names_in
from neurodyn.errors import InputError, Place
from neurodyn.language.names import near
from neurodyn.language.reader import Reader
from neurodyn.language.source import Source
from neurodyn.model.declarations import value_source
from neurodyn.model.locate import Locate
from neurodyn.model.model import Model
from neurodyn.model.stages import CHANGES, stage_source
from neurodyn.system.checks.rule import ValueRule
from neurodyn.system.values import Values


def check_stages(model: Model) -> None:
    """Refuse stages in the bench that say what has no meaning, and an end of the run beside them."""
    stages = model.bench.get("stage", ())
    for key in ("until", "steps"):
        if stages and key in model.bench:
            raise InputError(
                f"[bench] has stages, and {key} beside them.",
                code="stage",
                remedy="Every stage says where it ends: leave the other out.",
                place=model.locate("bench", key).place(0),
            )
    check_each(model, stages, model.locate)


def check_each(model: Model, stages: Sequence[Mapping[str, Any]], locate: Locate) -> None:
    """Refuse ends of the other kind of time, and changes of what the model does not have."""
    own = "steps" if model.discrete else "until"
    for number, stage in enumerate(stages):
        if own not in stage:
            [other] = {"until", "steps"} & stage.keys()
            kind = "a map" if model.discrete else "a flow"
            raise InputError(
                f"Stage {number + 1} says {other}, and the model is {kind}.",
                code="stage",
                remedy=f"Write {own} = ...",
                place=stage_source(locate, number, other).place(0),
            )
        _check_changes(model, number, stage, locate)


def _check_changes(model: Model, number: int, stage: Mapping[str, Any], locate: Locate) -> None:
    both = {**model.parameters, **model.inputs}  # a parameter that is bound to a signal is an input
    known = {"values": both, "inputs": both, "start": model.states}
    for key in CHANGES:
        for name in stage.get(key, {}):
            if name not in known[key]:
                what = "state" if key == "start" else "parameter or input"
                raise InputError(
                    f"Stage {number + 1} changes {name}, which is no {what}.",
                    code="stage",
                    remedy=near(name, list(known[key])) or f"It has: {', '.join(known[key]) or 'none'}.",
                    place=stage_source(locate, number, key).place(0),
                )


def stage_rules(model: Model) -> tuple[ValueRule, ...]:
    """Stages go on in time, all in one direction."""
    stages = model.bench.get("stage", ())
    if not stages or model.discrete:
        return ()
    entries = [("from", model.bench.get("from", 0.0), model.locate("bench", "from"))]
    entries += [("until", s.get("until"), stage_source(model.locate, k, "until")) for k, s in enumerate(stages)]
    texts = [value_source(source, value) for _, value, source in entries if isinstance(value, str)]
    needs = frozenset[str]().union(*(names_in(Reader(model.names, text).read()) for text in texts))

    def check(values: Values) -> None:
        times = [_time(values, *entry) for entry in entries]
        check_order(times, [source.place(0) for _, _, source in entries[1:]])

    return (ValueRule(needs, check),)


def check_order(times: Sequence[float], places: Sequence[Place | None]) -> None:
    """Refuse ends that do not follow one another; the first time is the beginning."""
    forward = times[1] > times[0]
    for number, (begin, end) in enumerate(pairwise(times)):
        if begin == end or (end > begin) != forward:
            raise InputError(
                f"Stage {number + 1} ends at {end:g}, and begins at {begin:g}.",
                code="stage-order",
                remedy="Stages follow one another in time: `until` is the time at the end, not the length.",
                place=places[number],
            )


def _time(values: Values, key: str, value: Any, source: Source) -> float:
    return float(values.value(key, value, (), source))
