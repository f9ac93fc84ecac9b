"""`neurodyn dc-sweep NAME --source V1 --span 0..5`: operating points along the values of a source."""

from __future__ import annotations

from pathlib import Path

import click

from neurodyn.cli.given import SET, SIZE, given_system, read_span, read_time
from neurodyn.cli.outputs import JSON, PLOT, Outputs


@click.command(
    epilog="\b\nExamples:\n  neurodyn dc-sweep inverter --source drive --span 0..5 --plot sweep.png\n"
    "  neurodyn dc-sweep mine.cir --source V1 --span -1..1 --count 201 --back"
)
@click.argument("name")
@click.option("--source", required=True, metavar="U", help="An input, a source such as `V1`, or a parameter.")
@click.option("--span", required=True, metavar="LOW..HIGH", help="The values it passes, in SI units.")
@click.option("--count", type=click.IntRange(min=2), default=101, metavar="N", help="How many there are. [101]")
@click.option("--back", is_flag=True, help="Go back again as well, and tell where the ways differ.")
@click.option("--show", multiple=True, metavar="Y", help="What the figure shows: a potential, state or observable.")
@click.option("--at", metavar="T", help="The time at which other inputs are held. [the begin of a run]")
@SET
@SIZE
@PLOT
@JSON
def command(
    name: str,
    source: str,
    span: str,
    count: int,
    back: bool,
    show: tuple[str, ...],
    at: str | None,
    settings: tuple[str, ...],
    sizes: tuple[str, ...],
    picture: Path | None,
    as_json: bool,
) -> int:
    """Follow the operating point of a circuit along the values of a source, and tell folds and hysteresis.

    NAME is a circuit or model that `neurodyn list` prints, or the path of a .toml file or a netlist of SPICE.
    """
    outputs, (low, high) = Outputs(None, picture, as_json), read_span("--span", span)
    outputs.check()
    import numpy as np

    from neurodyn.analysis.small_signal.sweep import dc_sweep

    system, start = given_system(name, settings, sizes)
    report = dc_sweep(system, source, np.linspace(low, high, count), back=back, at=read_time(at), state=start)
    return outputs.keep(report, lambda: report.plot(*show))
