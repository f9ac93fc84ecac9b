"""`neurodyn poincare NAME SECTION`: where an orbit crosses a section, and the map from one crossing to the next."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from neurodyn.cli.given import SEED, SET, SIZE, given_system, read_time
from neurodyn.cli.outputs import JSON, PLOT, Outputs


@click.command(
    epilog="\b\nExamples:\n  neurodyn poincare lorenz 'z - 27' --count 500 --of x --plot return.png\n"
    "  neurodyn poincare van_der_pol x --direction both --json"
)
@click.argument("name")
@click.argument("section")
@click.option("--direction", type=click.Choice(["up", "down", "both"]), default="up", help="Of the crossings. [up]")
@click.option("--count", type=click.IntRange(min=1), default=200, metavar="N", help="How many crossings. [200]")
@click.option("--transient", metavar="T", help="How long the orbit is left to itself first. [one bench]")
@click.option("--longest", metavar="T", help="How long crossings are looked for. [a hundred benches]")
@SET
@SIZE
@click.option("--rtol", type=float, default=1e-10, metavar="E", help="The error allowed in a step. [1e-10]")
@SEED
@click.option("--of", metavar="COORDINATE", help="The coordinate of the return map. [that which varies most]")
@PLOT
@JSON
def command(
    name: str,
    section: str,
    transient: str | None,
    longest: str | None,
    settings: tuple[str, ...],
    sizes: tuple[str, ...],
    of: str | None,
    picture: Path | None,
    as_json: bool,
    **asked: Any,
) -> int:
    """Find where an orbit crosses a section: SECTION is an expression of states that is 0 there, such as 'z - 27'.

    NAME is a model or circuit that `neurodyn list` prints, or the path of a TOML file. Ctrl-C ends it early, with the
    crossings until then. The figure shows them, and one coordinate of each against that of the next.
    """
    outputs = Outputs(None, picture, as_json)
    outputs.check()
    from neurodyn.analysis.sections.poincare import poincare

    system, start = given_system(name, settings, sizes)
    asked |= {"transient": read_time(transient), "longest": read_time(longest)}
    report = poincare(system, section, start=start, **asked)
    return outputs.keep(report, lambda: report.plot(of=of), interrupted=report.status == "interrupted")
