"""In a model with units every statement and value fits by dimension."""

from __future__ import annotations

from typing import Any

from neurodyn.language.heads import read_head
from neurodyn.language.source import Source
from neurodyn.language.statements import split_equation
from neurodyn.language.unit_text import read_quantity
from neurodyn.language.units import NUMBER, SECOND
from neurodyn.model.circuits import potential
from neurodyn.model.declarations import Declaration, value_source
from neurodyn.model.equations import Equation
from neurodyn.model.measures import declared_unit
from neurodyn.model.model import Model
from neurodyn.model.stages import stage_source
from neurodyn.system.checks.event_dimensions import check_event_dimensions, differ
from neurodyn.system.clips import bound_source
from neurodyn.system.units import Units


def check_dimensions(model: Model) -> None:
    """Refuse sums, equations, conditions and values whose parts have different dimensions."""
    units = Units.of_model(model)
    if not units.active:
        return
    for section in (model.parameters, model.inputs, model.variables):
        for declared in section.values():
            _check_declared(units, declared)
    checks = {"flow": _check_flow, "map": _check_map, "definition": _check_definition, "constraint": Units.of_equation}
    for equation in model.equations:
        if equation.kind in checks:
            checks[equation.kind](units, equation)
    check_event_dimensions(units)
    for claim in model.claims:
        units.reader(value_source(model.locate("", "claims"), claim)).read()
    _check_bench(units)


def _check_bench(units: Units) -> None:
    model = units.model
    for key in ("from", "until", "every", "dt"):
        _check_time(units, key, model.bench.get(key), model.locate("bench", key))
    for number, stage in enumerate(model.bench.get("stage", ())):
        _check_time(units, "until", stage.get("until"), stage_source(model.locate, number, "until"))


def _check_declared(units: Units, declared: Declaration) -> None:
    if isinstance(declared.value, str):
        found = units.of_text(declared, declared.value)
        if found is not None and not found.fits(units.of(declared.name)):
            source = value_source(declared.source, declared.value)
            differ(source, 0, f"{declared.name} is declared in {declared.unit}", "its value", found)
    for text, what in ((declared.before, "what it was before"), (declared.period, "its period")):
        if isinstance(text, str):
            source = value_source(declared.source, text)
            found = units.of_value(source, declared.letters)
            if found is not None and not found.fits(units.of(declared.name)):
                differ(source, 0, f"{declared.name} is {units.of(declared.name).words}", what, found)
    _check_bounds(units, declared)
    if declared.scale is not None:
        source, unit = declared.source, declared_unit(declared)
        if isinstance(declared.scale, str):
            source = value_source(declared.source, declared.scale)
            unit = read_quantity(source)[1]
        own = units.of(declared.name)
        if not unit.fits(own):
            differ(source, 0, f"{declared.name} is {own.words}", "its scale", unit)
    for text in declared.given:
        units.reader(value_source(declared.source, text)).read()


def _check_bounds(units: Units, declared: Declaration) -> None:
    for bound in declared.clip:
        source = bound_source(declared, bound)
        found = units.of_value(source, declared.letters)
        if found is not None and not found.fits(units.of(declared.name)):
            differ(source, 0, f"{declared.name} is {units.of(declared.name).words}", "its bound", found)


def _check_flow(units: Units, equation: Equation) -> None:
    source = equation.source
    left = units.of(equation.name) / SECOND
    factor = read_head(source, len(split_equation(source)[0])).factor
    if factor is not None:
        left = (units.reader(source, start=factor[0], stop=factor[1]).read() or NUMBER) * left
    right = units.of_equation(equation)
    if right is not None and not right.fits(left):
        differ(source, equation.equals, f"The left side is {left.words}", "the right side", right)


def _check_map(units: Units, equation: Equation) -> None:
    right = units.of_equation(equation)
    own = units.of(equation.name)
    if right is not None and not right.fits(own):
        differ(equation.source, equation.equals, f"{equation.name} is {own.words}", "its new value", right)


def _check_definition(units: Units, equation: Equation) -> None:
    found = units.of_equation(equation)
    model = units.model
    declared = model.observables.get(equation.name) or model.wires.get(equation.name)
    if declared is not None and declared.unit and found is not None and not found.fits(declared_unit(declared)):
        pin = potential(equation.name.removesuffix(".i"))
        law = pin in model.potentials or pin in model.wires
        what = f"{equation.name} is {'the current of a pin,' if law else 'declared'} in {declared.unit}"
        differ(equation.source, equation.equals, what, "its equation", found)


def _check_time(units: Units, key: str, value: Any, entry: Source) -> None:
    if value is None or value == 0:
        return
    source = value_source(entry, str(value))
    found = units.of_value(source) if isinstance(value, str) else NUMBER
    if found is not None and not found.fits(SECOND):
        differ(source, 0, f"{key} is a time", "it", found, f'Write {key} = "10 s".')
