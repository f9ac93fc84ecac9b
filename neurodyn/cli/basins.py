"""`neurodyn basins NAME`: the attractors of a model, and which starts lead to each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from neurodyn.cli.energy import read_box
from neurodyn.cli.given import SET, SIZE, given_system
from neurodyn.cli.outputs import JSON, PLOT, Outputs
from neurodyn.errors import InputError


@click.command(
    epilog="\b\nExamples:\n  neurodyn basins double_well --box x=-2..2\n"
    "  neurodyn basins van_der_pol --box x=-3..3 --box y=-3..3 --grid 200 --plot basins.png\n"
    "  neurodyn basins hopfield --box x=-2..2 --starts 5000 --json"
)
@click.argument("name")
@click.option("--box", "sides", multiple=True, metavar="STATE=LOW..HIGH", help="Where starts are; of each state.")
@click.option("--starts", type=click.IntRange(min=1), default=1024, metavar="N", help="How many are drawn. [1024]")
@click.option("--grid", type=click.IntRange(min=1), metavar="N", help="A map of N times N starts over two coordinates.")
@SET
@SIZE
@click.option("--horizon", type=float, metavar="T", help="The time that runs are given.")
@click.option("--step", type=float, metavar="T", help="The time between two looks at a run.")
@click.option("--backend", metavar="NAME", help="What carries the runs out.")
@click.option("--chaos/--no-chaos", default=True, help="Whether recurrent sets are tested for chaos. [they are]")
@click.option("--seed", type=click.IntRange(min=0), default=0, metavar="S", help="The seed of the starts.")
@PLOT
@JSON
def command(
    name: str,
    sides: tuple[str, ...],
    settings: tuple[str, ...],
    sizes: tuple[str, ...],
    picture: Path | None,
    as_json: bool,
    **asked: Any,
) -> int:
    """Find the attractors that starts in a box come to, and the share of the starts of each.

    NAME is a model or circuit that `neurodyn list` prints, or the path of a TOML file. States that no --box bounds
    start where the model starts them, or where --set puts them.
    """
    outputs = Outputs(None, picture, as_json)
    outputs.check()
    box = read_box(sides)
    if box is None:
        raise InputError("There is no box to start in.", code="no-box", remedy="Bound states: --box x=-1..1.")
    from neurodyn.analysis.basins.find import basins

    system, start = given_system(name, settings, sizes)
    report = basins(system, box=box, at=start or None, **asked)
    return outputs.keep(report, report.plot, interrupted=report.interrupted)
