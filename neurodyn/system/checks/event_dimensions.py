"""In a model with units the conditions, times and statements of events fit by dimension."""

from __future__ import annotations

from typing import NoReturn

from neurodyn.errors import InputError
from neurodyn.language.source import Source
from neurodyn.language.unit_text import read_quantity
from neurodyn.language.units import NUMBER, SECOND, Unit
from neurodyn.model.event_rules import Rule, field_source
from neurodyn.system.units import Units


def check_event_dimensions(units: Units) -> None:
    """Refuse conditions, times, rates and statements whose parts have different dimensions."""
    for rule in units.model.rules.values():
        _check_event(units, rule)


def _check_event(units: Units, rule: Rule) -> None:
    event = rule.event
    if event.when is not None:
        units.reader(field_source(event, "when")).read()
    for word in ("every", "phase", "refractory", "rate"):
        if getattr(event, word) is not None:
            wanted = NUMBER / SECOND if word == "rate" else SECOND
            source = field_source(event, word)
            found = units.reader(source).read()
            if found is not None and not found.fits(wanted):
                differ(source, 0, f"{word} of {event.key} is {wanted.words}", "it", found)
    times = [time for row in event.at or () for time in (row if isinstance(row, list) else [row])]
    for time in times:
        unit = read_quantity(Source(time))[1] if isinstance(time, str) else NUMBER
        if time and not unit.fits(SECOND):
            source = event.fields.get("at", event.source)
            differ(source, 0, f"at of {event.key} holds times", f"{time} there", unit)
    for assignment in rule.sets:
        own, found = units.of(assignment.name), units.of_equation(assignment)
        if found is not None and not found.fits(own):
            differ(assignment.source, assignment.equals, f"{assignment.name} is {own.words}", "what is set", found)


def differ(
    source: Source, column: int, what: str, other: str, unit: Unit, remedy: str = "Give both the same dimension."
) -> NoReturn:
    """Refuse a unit that is not the one that is wanted."""
    raise InputError(
        f"{what}, but {other} is {unit.words}.", code="dimension", remedy=remedy, place=source.place(column)
    )
