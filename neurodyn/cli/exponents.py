"""`neurodyn exponents NAME`: the Lyapunov exponents of the orbit that a model's start leads to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from neurodyn.cli.given import SET, SIZE, given_system, read_time
from neurodyn.cli.outputs import JSON, PLOT, Outputs


@click.command(
    epilog="\b\nExamples:\n  neurodyn exponents lorenz\n  neurodyn exponents lorenz --precision 5e-4 --plot a.png\n"
    "  neurodyn exponents lorenz --set rho=20 --span 500 --json"
)
@click.argument("name")
@click.option("--count", type=click.IntRange(min=1), metavar="N", help="How many, the largest first. [12, 10 of more]")
@click.option("--span", metavar="T", help="The time, or number of steps, that is averaged over.")
@click.option("--transient", metavar="T", help="How long the orbit is left to itself first.")
@click.option("--precision", type=float, metavar="E", help="Go on until all standard errors are below it.")
@click.option("--pieces", type=click.IntRange(min=1), metavar="N", help="Pieces of the orbit, followed side by side.")
@SET
@SIZE
@click.option("--method", metavar="NAME", help="How it is integrated, such as Rodas4 for stiff systems.")
@click.option("--rtol", type=float, default=1e-9, metavar="E", help="The error allowed in a step. [1e-9]")
@click.option("--seed", type=click.IntRange(min=0), metavar="S", help="The seed of directions and of draws.")
@PLOT
@JSON
def command(
    name: str,
    settings: tuple[str, ...],
    sizes: tuple[str, ...],
    span: str | None,
    transient: str | None,
    picture: Path | None,
    as_json: bool,
    **asked: Any,
) -> int:
    """Measure how fast neighbours of an orbit come apart or together, with standard errors.

    NAME is a model or circuit that `neurodyn list` prints, or the path of a TOML file. Ctrl-C ends it early, with what
    was averaged until then.
    """
    outputs = Outputs(None, picture, as_json)
    outputs.check()
    from neurodyn.analysis.exponents.spectrum import lyapunov_exponents

    system, start = given_system(name, settings, sizes)
    report = lyapunov_exponents(system, start=start, span=read_time(span), transient=read_time(transient), **asked)
    return outputs.keep(report, report.plot, interrupted=report.status == "interrupted")
