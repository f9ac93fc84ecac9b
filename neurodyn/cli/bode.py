"""`neurodyn bode NAME --input u --output y`: how a small signal passes through a system."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from neurodyn.cli.given import SET, SIZE, given_system, read_span, read_time
from neurodyn.cli.outputs import JSON, PLOT, Outputs
from neurodyn.errors import InputError


@click.command(
    epilog="\b\nExamples:\n  neurodyn bode rc_low_pass --input V1 --output out.v --plot bode.png\n"
    "  neurodyn bode lif --input I --output v --json"
)
@click.argument("name")
@click.option("--input", "source", required=True, metavar="U", help="An input, `u` or `I[3]`, or a source, `V1`.")
@click.option("--output", required=True, metavar="Y", help="A state, unknown or observable, such as `out.v`.")
@click.option("--at", metavar="T", help="The time at which inputs are held. [the begin of a run]")
@click.option("--frequencies", metavar="LOW..HIGH", help="What the figure shows, in Hz. [around the corners]")
@click.option("--kind", type=click.Choice(["bode", "nyquist"]), default="bode", help="The figure. [bode]")
@SET
@SIZE
@PLOT
@JSON
def command(
    name: str,
    source: str,
    output: str,
    at: str | None,
    frequencies: str | None,
    kind: str,
    settings: tuple[str, ...],
    sizes: tuple[str, ...],
    picture: Path | None,
    as_json: bool,
) -> int:
    """Tell poles, zeros and gain of a circuit, neuron or any flow near its operating point, and draw its Bode plot.

    NAME is a model or circuit that `neurodyn list` prints, or the path of a .toml file or a netlist of SPICE.
    """
    outputs, grid = Outputs(None, picture, as_json), _grid(frequencies)
    outputs.check()
    from neurodyn.analysis.small_signal.transfer import transfer_function

    system, start = given_system(name, settings, sizes)
    report = transfer_function(system, input=source, output=output, at=read_time(at), state=start)
    return outputs.keep(report, lambda: report.plot(kind, grid))


def _grid(text: str | None) -> Any:
    """Frequencies in equal ratios between two."""
    if text is None:
        return None
    low, high = read_span("--frequencies", text)
    if low <= 0 or high <= 0:
        raise InputError(
            f"--frequencies {text} is not above 0.", code="bad-setting", remedy="Write --frequencies 1..1e6, in Hz."
        )
    import numpy as np

    return np.geomspace(low, high, 601)
