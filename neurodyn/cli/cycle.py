"""`neurodyn cycle NAME`: the cycle that an orbit comes to, its period and its Floquet multipliers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from neurodyn.cli.given import SEED, SET, SIZE, given_system, read_time
from neurodyn.cli.outputs import JSON, PLOT, Outputs


@click.command(
    epilog="\b\nExamples:\n  neurodyn cycle van_der_pol --set mu=5\n"
    "  neurodyn cycle fitzhugh_nagumo --set I=0.5 --plot cycle.png\n"
    "  neurodyn cycle lorenz --section 'z - 27' --json"
)
@click.argument("name")
@click.option("--section", metavar="EXPRESSION", help="Is 0 on the section. [the middle of what moves most]")
@click.option("--transient", metavar="T", help="How long the orbit is left to itself first. [five benches]")
@SET
@SIZE
@click.option("--rtol", type=float, default=1e-13, metavar="E", help="The error allowed in a step. [1e-13]")
@SEED
@PLOT
@JSON
def command(
    name: str,
    transient: str | None,
    settings: tuple[str, ...],
    sizes: tuple[str, ...],
    picture: Path | None,
    as_json: bool,
    **asked: Any,
) -> int:
    """Find a cycle with its period to ten digits and more, and the multipliers that tell whether neighbours come to it.

    NAME is a model or circuit that `neurodyn list` prints, or the path of a TOML file. Ctrl-C ends it early, with the
    orbit that nearly closes, if one was found until then. With --transient 0 and a start near it (--set) a cycle need
    not be stable.
    """
    outputs = Outputs(None, picture, as_json)
    outputs.check()
    from neurodyn.analysis.sections.cycle import limit_cycle

    system, start = given_system(name, settings, sizes)
    report = limit_cycle(system, start=start, transient=read_time(transient), **asked)
    return outputs.keep(report, report.plot, interrupted=report.status == "interrupted")
