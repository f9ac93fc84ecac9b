"""`neurodyn show NAME`: a model on one page."""

from __future__ import annotations

import json
import shutil
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from neurodyn.cli.plain import as_plain, sets

if TYPE_CHECKING:
    from neurodyn.model.declarations import Declaration
    from neurodyn.model.events import Event
    from neurodyn.model.model import Model
    from neurodyn.model.parts import Part
    from neurodyn.system.units import Units

_WIDEST = 40  # a longer value is cut short in the table; --json has it whole


@click.command(epilog="\b\nExamples:\n  neurodyn show hopfield\n  neurodyn show ./mine.toml --latex > mine.tex")
@click.argument("name")
@click.option(
    "--expand", is_flag=True, help="Print every equation, also those that layers, synapses and parts stand for."
)
@click.option(
    "--latex", is_flag=True, help="Print LaTeX for a paper's methods: equations, tables of symbols, references."
)
@click.option(
    "--derived", is_flag=True, help="Print what follows from an energy: activations, flows, Hessians, balance."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON for other programs.")
def command(name: str, expand: bool, latex: bool, derived: bool, as_json: bool) -> None:
    """Show a model or circuit: equations as written, parameters, inputs, energy, claims, references.

    NAME is a name that `neurodyn list` prints, or the path of a .toml file.
    """
    if latex + derived + as_json > 1:
        raise click.UsageError("--latex, --derived and --json exclude each other.")
    from neurodyn.model.library import load

    model = load(name)
    if latex:
        from neurodyn.model.methods import model_latex

        click.echo(model_latex(model))
    elif derived:
        from neurodyn.cli.derived import derived_page

        click.echo("\n".join(derived_page(model)))
    elif as_json:
        click.echo(json.dumps(as_plain(model), indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(page(model, expand)))


def page(model: Model, expand: bool = False) -> list[str]:
    """The lines of a page that fits a screen for a model of the library; with `expand` every equation is among them."""
    lines = [click.style(model.name, bold=True) + (f": {model.summary}" if model.summary else "")]
    update = [f"update: {model.update}"] if model.update else []
    lines += _section("Equations", [*(_expanded(model) if expand else model.text.splitlines()), *update])
    if not expand:
        lines += _section("Layers", _layers(model))
        lines += _section("Synapses", _table(("name", "energy"), [(s.name, s.energy) for s in model.synapses.values()]))
        lines += _section("Parts", _table(("name", "model", "with"), [_part(part) for part in model.parts.values()]))
    hidden = model.parts and not expand
    indices = [
        (name, index.size, " ".join(x for x in index.letters if not (hidden and "." in x)), index.ends, index.about)
        for name, index in model.indices.items()
        if not (hidden and "." in name)
    ]
    lines += _section("Indices", _table(("name", "size", "letters", "ends", "about"), indices))
    pins = [(pin.name, pin.about) for pin in model.pins.values()]
    lines += _section("Pins", _table(("name", "about"), pins))
    for title, declared, value in (
        ("States", model.states, "start"),
        ("Unknowns", model.unknowns, "guess"),
        ("Parameters", model.parameters, "value"),
        ("Inputs", model.inputs, "value"),
        ("Noise", model.noise, "kind"),
    ):
        shown = {name: d for name, d in declared.items() if not (hidden and "." in name)}
        lines += _section(title, _declared(model, shown, value))
    lines += _section("Events", _events([e for name, e in model.events.items() if not (hidden and "." in name)]))
    if model.energy:
        lines += _section(f"Energy: {model.energy}", model.claims or ["no claims"])
    else:
        lines += _section("Claims", model.claims)
    lines += _section("Bench", _bench(model))
    lines += _section("References", model.references)
    return lines


def _expanded(model: Model) -> list[str]:
    """Every equation, its remark behind it."""
    width = max((len(e.text) for e in model.equations if len(e.text) <= 60), default=0)
    return [f"{e.text:<{width}}   # {e.comment}" if e.comment else e.text for e in model.equations]


def _layers(model: Model) -> list[str]:
    """One line for each layer: its state, and what its entry says beyond what is said of the state."""
    rows = [
        (layer.state.key, ", ".join(f"{word} = {_short(value)}" for word, value in layer.said.items()))
        for layer in model.layers.values()
    ]
    return _table(("state", "is"), rows)


def _events(events: Sequence[Event]) -> list[str]:
    """One line for each event: when it happens, and what it does."""
    rows = []
    for event in events:
        cause, held = event.cause, ", ".join(event.hold)
        phase = "" if event.phase is None else f", phase {event.phase}"
        sets = "; ".join(line.strip() for line in event.set.splitlines() if line.strip())
        rows.append(
            (event.key, f"{cause} {_short(getattr(event, cause))}{phase}", sets, event.refractory, held, event.about)
        )
    return _table(
        ("name", "happens", "set", "refractory", "hold", "about"), [["" if c is None else c for c in r] for r in rows]
    )


def _bench(model: Model) -> list[str]:
    """The bench on a line, and a line for each stage."""
    lines = [", ".join(f"{key} = {_short(value)}" for key, value in model.bench.items() if key != "stage")]
    for number, stage in enumerate(model.bench.get("stage", ())):
        told = [v.items() if isinstance(v, dict) else [(k, v)] for k, v in stage.items()]
        lines.append(f"stage {number + 1}: " + ", ".join(f"{k} = {_short(v)}" for part in told for k, v in part))
    return [line for line in lines if line]


def _part(part: Part) -> tuple[str, str, str]:
    """A part on one line: its name, its model, and what its own line sets."""
    said = ", ".join(f"{word} = {_short(value)}" for word, value in part.fields.items() if word != "model")
    return part.key, str(part.fields["model"]), said


def _declared(model: Model, declared: Mapping[str, Declaration], value: str) -> list[str]:
    from neurodyn.system.units import Units

    units = Units.of_model(model)
    rows = [
        (
            d.key,
            _shape(model, d),
            _short(d.value),
            "" if d.before is None else _short(d.before),
            _short(list(d.clip)) if d.clip else "",
            _unit(units, d),
            ", ".join(d.given),
            d.cited,
            d.about,
        )
        for d in declared.values()
    ]
    return _table(("name", "shape", value, "before", "clip", "unit", "given", "source", "about"), rows)


def _shape(model: Model, declared: Declaration) -> str:
    """The index sets of a quantity, or the support whose edges it lives on."""
    support = model.names.on.get(declared.name)
    return " x ".join(sets(model, declared)) if support is None else f"edges of {support}"


def _unit(units: Units, declared: Declaration) -> str:
    """The unit, unless it stands in the value already."""
    unit = units.of(declared.name)
    return "" if unit.plain or str(declared.value).endswith(f" {unit}") else str(unit)


def _short(value: Any) -> str:
    """A value in the space of a table cell."""
    if value is None:
        return "-"
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= _WIDEST else text[: _WIDEST - 3] + "..."


def _section(title: str, lines: Iterable[str]) -> list[str]:
    inner = [f"  {line}" for line in lines if line.strip()]
    return ["", click.style(title, bold=True), *inner] if inner else []


def _table(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[str]:
    """Columns side by side without the empty ones; the last one is wrapped to the width of the terminal."""
    if not rows:
        return []
    cells = [["-" if cell is None else str(cell) for cell in row] for row in rows]
    kept = [k for k in range(len(heads)) if any(row[k] for row in cells)]
    columns = [[heads[k], *(row[k] for row in cells)] for k in kept]
    widths = [max(map(len, column)) for column in columns[:-1]]
    left = sum(widths) + 2 * len(widths)
    room = max(24, shutil.get_terminal_size((100, 24)).columns - left - 2)
    lines = []
    for row in zip(*columns, strict=True):
        start = "".join(f"{cell:<{width}}  " for cell, width in zip(row[:-1], widths, strict=True))
        first, *more = textwrap.wrap(row[-1], room) or [""]
        lines += [(start + first).rstrip(), *(" " * left + line for line in more)]
    return [click.style(lines[0], dim=True), *lines[1:]]
