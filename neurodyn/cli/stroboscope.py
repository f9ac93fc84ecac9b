"""`neurodyn stroboscope NAME PERIOD`: what is the same after each period of the inputs, and its multipliers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from neurodyn.cli.given import SEED, SET, SIZE, given_system, read_time
from neurodyn.cli.outputs import JSON, PLOT, Outputs


@click.command(
    epilog="\b\nExamples:\n"
    "  neurodyn stroboscope habituation 1 --set 'u=pulses(5, period=1, duty=0.2, phase=0.8)' --plot pulses.png\n"
    "  neurodyn stroboscope forced.toml 6.283185307179586 --returns 2 --json"
)
@click.argument("name")
@click.argument("period")
@click.option("--at", metavar="T", help="The time of the first look. [the begin of the bench]")
@click.option("--returns", type=click.IntRange(min=1), default=1, metavar="N", help="The same after N periods. [1]")
@click.option("--looks", type=click.IntRange(min=0), default=100, metavar="N", help="Periods that are waited. [100]")
@SET
@SIZE
@click.option("--rtol", type=float, default=1e-13, metavar="E", help="The error allowed in a step. [1e-13]")
@SEED
@PLOT
@JSON
def command(
    name: str,
    period: str,
    at: str | None,
    settings: tuple[str, ...],
    sizes: tuple[str, ...],
    picture: Path | None,
    as_json: bool,
    **asked: Any,
) -> int:
    """Look at a driven flow once in each PERIOD of its inputs, and find the state that is the same after one.

    NAME is a model or circuit that `neurodyn list` prints, or the path of a TOML file; --set gives it other inputs.
    Ctrl-C ends it early, with the state that it had come to.
    """
    outputs = Outputs(None, picture, as_json)
    outputs.check()
    from neurodyn.analysis.sections.stroboscope import stroboscope

    system, start = given_system(name, settings, sizes)
    report = stroboscope(system, read_time(period), at=read_time(at), start=start, **asked)
    return outputs.keep(report, report.plot, interrupted=report.status == "interrupted")
