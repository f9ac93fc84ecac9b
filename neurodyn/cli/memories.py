"""`neurodyn memories NAME`: what a network remembers of its stored patterns, from how far, and what beside them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from neurodyn.cli.given import SET, SIZE, given_system, read_time
from neurodyn.cli.outputs import JSON, PLOT, Outputs
from neurodyn.errors import InputError


@click.command(
    epilog="\b\nExamples:\n  neurodyn memories hopfield\n"
    "  neurodyn memories hopfield_binary --size N=200 --size P=20 --trials 20 --plot memories.png\n"
    "  neurodyn memories krotov_hopfield --row 0 --row 2 --corruption 0.5 --json"
)
@click.argument("name")
@click.option("--row", "rows", type=int, multiple=True, metavar="K", help="The number of a pattern. [all]")
@click.option("--corruption", "corruptions", type=float, multiple=True, metavar="C",
              help="Entries that are flipped, or noise in root mean squares of a pattern. [nine levels]")  # fmt: skip
@click.option("--trials", type=int, default=40, metavar="N", help="Corruptions of a pattern at each level. [40]")
@click.option("--starts", type=int, default=200, metavar="N", help="Random starts, whose ends are listed. [200]")
@click.option("--overlap", type=float, default=0.95, metavar="M", help="From where on a state is the pattern. [0.95]")
@click.option("--until", metavar="T", help="The end of the runs. [four times that of the bench]")
@SET
@SIZE
@click.option("--backend", metavar="NAME", help="What carries the runs out.")
@click.option("--seed", type=click.IntRange(min=0), default=0, metavar="S", help="Of corruptions and starts. [0]")
@PLOT
@JSON
def command(
    name: str,
    rows: tuple[int, ...],
    corruptions: tuple[float, ...],
    until: str | None,
    settings: tuple[str, ...],
    sizes: tuple[str, ...],
    picture: Path | None,
    as_json: bool,
    **asked: Any,
) -> int:
    """Find which stored patterns are fixed points, how much corruption each survives, and other states of rest.

    NAME is a model or circuit that `neurodyn list` prints, or the path of a TOML file, with a parameter of patterns by
    units and a state of these units. Ctrl-C ends it early, with what was run until then.
    """
    outputs = Outputs(None, picture, as_json)
    outputs.check()
    from neurodyn.analysis.memories.find import memories

    system, start = given_system(name, settings, sizes)
    if start:
        raise InputError(
            f"--set {', '.join(start)} sets a start, and starts are patterns and random states here.",
            code="no-start",
            remedy="Set parameters and inputs alone.",
        )
    report = memories(system, rows=rows or None, corruptions=corruptions or None, until=read_time(until), **asked)
    return outputs.keep(report, report.plot, interrupted=report.interrupted)
