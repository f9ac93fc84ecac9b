"""`neurodyn fit NAME`: parameters from measurements in a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from neurodyn.cli.codes import FAILED
from neurodyn.cli.given import SET, SIZE, given_system, read_pairs
from neurodyn.cli.outputs import JSON, PLOT, Outputs


@click.command(
    epilog="\b\nExamples:\n  neurodyn fit habituation --data peaks.csv --vary alpha=0.01..1 --vary beta=0.1..5\n"
    "  neurodyn fit lorenz --data x.csv --vary rho=20..40 --vary x=-5..5 --plot fit.png --json"
)
@click.argument("name")
@click.option("--data", required=True, type=click.Path(path_type=Path), metavar="FILE.csv", help="The measurements.")
@click.option(
    "--vary", "varied", multiple=True, required=True, metavar="NAME=LOW..HIGH", help="A parameter, or a state's start."
)
@SET
@SIZE
@click.option("--starts", type=click.IntRange(min=1), default=8, metavar="N", help="How many searches. [8]")
@click.option("--level", type=float, default=0.95, metavar="P", help="The level of intervals. [0.95]")
@click.option("--no-intervals", is_flag=True, help="Leave the profiles of parameters out.")
@click.option("--backend", metavar="NAME", help="The engine of runs.")
@click.option("--method", metavar="NAME", help="How they are integrated, such as Rodas4 for stiff systems.")
@click.option("--rtol", type=float, default=1e-8, metavar="E", help="The error allowed in a step. [1e-8]")
@click.option("--seed", type=click.IntRange(min=0), default=0, metavar="S", help="The seed of starts. [0]")
@PLOT
@JSON
def command(
    name: str,
    data: Path,
    varied: tuple[str, ...],
    settings: tuple[str, ...],
    sizes: tuple[str, ...],
    no_intervals: bool,
    picture: Path | None,
    as_json: bool,
    **asked: Any,
) -> int:
    """Find the parameters with which a model comes nearest to measurements, and how well these tell them.

    NAME is a model or circuit that `neurodyn list` prints, or the path of a TOML file. The file of measurements has a
    line of names: `time`, or `from` and `until` for the largest value in windows; then quantities of the model, each
    perhaps with its standard deviation, as in `time,y,y_error`. The code is 1 where the best search came to no rest.
    """
    outputs = Outputs(None, picture, as_json)
    outputs.check()
    from neurodyn.analysis.fitting.fit import fit

    system, start = given_system(name, settings, sizes)
    bounds = read_pairs("--vary", varied)
    report = fit(system, data, parameters=bounds, start=start, intervals=not no_intervals, **asked)
    code = outputs.keep(report, report.plot, interrupted=report.status == "interrupted")
    return code or (FAILED if report.status == "not settled" else 0)
