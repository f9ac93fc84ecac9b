"""`neurodyn energy NAME`: verdicts on what a model claims of its energy."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import click

from neurodyn.cli.given import read_settings, read_sizes, sort_settings
from neurodyn.cli.outputs import Outputs
from neurodyn.errors import InputError
from neurodyn.plots import PANELS

REFUTED = 1


@click.command(
    epilog="\b\nExamples:\n  neurodyn energy hopfield\n  neurodyn energy krotov_hopfield --plot energy.png\n"
    "  neurodyn energy krotov_hopfield --plot line.png --panel line\n"
    '  neurodyn energy pendulum.toml --claim "dE/dt <= 0" --box q=-3..3 --box p=-2..2'
)
@click.argument("name")
@click.option("--claim", "claims", multiple=True, metavar="TEXT", help="A claim to judge, instead of the model's own.")
@click.option(
    "--box",
    "sides",
    multiple=True,
    metavar="STATE=LOW..HIGH",
    help="Show it in a box of states, by intervals.",
)
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="Set a parameter or an input.")
@click.option("--size", "sizes", multiple=True, metavar="SET=N", help="The size of an index set.")
@click.option("--starts", type=click.IntRange(min=1), metavar="N", help="How many ascents a search makes.")
@click.option("--seed", type=click.IntRange(min=0), default=0, metavar="S", help="The seed of searches and of the run.")
@click.option("--plot", "picture", type=click.Path(path_type=Path), metavar="FILE.png", help="Draw the figure.")
@click.option("--panel", type=click.Choice(PANELS), help="Draw one panel alone.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON for other programs.")
def command(
    name: str,
    claims: tuple[str, ...],
    sides: tuple[str, ...],
    settings: tuple[str, ...],
    sizes: tuple[str, ...],
    starts: int | None,
    seed: int,
    picture: Path | None,
    panel: str | None,
    as_json: bool,
) -> int:
    """Judge what a model claims of its energy: proved, verified, searched, refuted or undecided.

    NAME is a model or circuit that `neurodyn list` prints, or the path of a TOML file. What cannot be proved from the
    equations is searched for a state that breaks it. The exit code is 1 if a claim is refuted.
    """
    outputs = Outputs(None, picture, as_json)
    outputs.check()
    if panel is not None and picture is None:
        raise InputError(f"--panel {panel} draws nothing by itself.", code="no-plot", remedy="Add --plot FILE.png.")
    box = read_box(sides)
    from neurodyn.analysis.energy.report import energy
    from neurodyn.analysis.verdict import Verdict
    from neurodyn.model.library import load
    from neurodyn.system.build import build

    model = load(name)
    values, start = sort_settings(model, read_settings(settings))
    if start:
        raise InputError(
            f"{next(iter(start))} is a state, and a claim is meant for all states.",
            code="set-state",
            remedy="Bound it with --box, or leave it out.",
        )
    system = build(model, sizes=read_sizes(sizes), values=values)
    given: dict[str, Any] = {} if starts is None else {"starts": starts}
    report = energy(system, claim=claims or None, box=box, seed=seed, **given)
    code = outputs.keep(report, partial(report.plot, panel))
    return code or (REFUTED if report.verdict is Verdict.REFUTED else 0)


def read_box(texts: tuple[str, ...], option: str = "--box") -> dict[str, tuple[float, float]] | None:
    """Sides of a box: `x=-1..1`."""
    found = {}
    for text in texts:
        name, _, span = text.partition("=")
        low, dots, high = span.partition("..")
        try:
            sides = float(low), float(high)
        except ValueError:
            sides = (1.0, 0.0)
        if not (name.strip() and dots and sides[0] < sides[1]):
            raise InputError(f"{option} {text!r} is no side of a box.", code="bad-box",
                             remedy=f"Write {option} x=-1..1.")  # fmt: skip
        found[name.strip()] = sides
    return found or None
