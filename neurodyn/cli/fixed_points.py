"""`neurodyn fixed-points NAME`: where a model stands still or returns to, and how sure that is."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import click

from neurodyn.cli.energy import read_box
from neurodyn.cli.given import SET, SIZE, given_system, read_time
from neurodyn.cli.outputs import JSON, PLOT, Outputs
from neurodyn.errors import InputError


@click.command(
    epilog="\b\nExamples:\n  neurodyn fixed-points lorenz\n  neurodyn fixed-points wilson_cowan --at 100 --plot a.png\n"
    "  neurodyn fixed-points van_der_pol --box x=-3..3 --box y=-3..3 --json\n"
    "  neurodyn fixed-points kuramoto --size N=3 --set K=6 --drift"
)
@click.argument("name")
@click.option("--box", "sides", multiple=True, metavar="STATE=LOW..HIGH", help="Look there alone; of each state.")
@click.option("--at", metavar="T", help="The time at which inputs and the equations are held still.")
@click.option("--period", type=click.IntRange(min=1), default=1, metavar="P", help="Of a map: cycles of P steps. [1]")
@SET
@SIZE
@click.option("--starts", type=click.IntRange(min=1), default=256, metavar="N", help="Of a search: how many. [256]")
@click.option("--seed", type=click.IntRange(min=0), default=0, metavar="S", help="Of a search: its seed. [0]")
@click.option("--closed-forms", is_flag=True, help="Ask SymPy for closed forms, 2 seconds at most.")
@click.option("--drift", is_flag=True, help="Where activations stay while states may drift.")
@PLOT
@click.option("--span", "shown", multiple=True, metavar="STATE=LOW..HIGH", help="What a portrait shows of a state.")
@JSON
def command(
    name: str,
    sides: tuple[str, ...],
    shown: tuple[str, ...],
    at: str | None,
    settings: tuple[str, ...],
    sizes: tuple[str, ...],
    picture: Path | None,
    as_json: bool,
    **asked: Any,
) -> int:
    """Find fixed points with their eigenvalues and kinds: all and proved where that can be done, else by a search.

    NAME is a model or circuit that `neurodyn list` prints, or the path of a TOML file. Ctrl-C ends it early, with what
    was found until then. The figure is the phase portrait of flows of one or two states, else the plane of eigenvalues.
    """
    outputs = Outputs(None, picture, as_json)
    outputs.check()
    if shown and picture is None:
        raise InputError("--span draws nothing by itself.", code="no-plot", remedy="Add --plot FILE.png.")
    box, span = read_box(sides), read_box(shown, "--span")
    from neurodyn.analysis.fixed_points.find import fixed_points

    system, start = given_system(name, settings, sizes)
    report = fixed_points(system, box=box, at=read_time(at), start=start or None, **asked)
    return outputs.keep(report, partial(report.plot, span=span), interrupted=report.interrupted)
