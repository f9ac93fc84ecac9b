"""`neurodyn operating-point NAME`: where a circuit stands still."""

from __future__ import annotations

import click

from neurodyn.cli.given import SET, SIZE, given_system, read_time
from neurodyn.cli.outputs import JSON, Outputs


@click.command(
    epilog="\b\nExamples:\n  neurodyn operating-point inverter\n  neurodyn operating-point mine.cir --set V1.V='2 V'"
)
@click.argument("name")
@click.option("--at", metavar="T", help="The time at which inputs are held. [the begin of a run]")
@SET
@SIZE
@JSON
def command(name: str, at: str | None, settings: tuple[str, ...], sizes: tuple[str, ...], as_json: bool) -> int:
    """Find where a circuit stands still: the potentials of its nodes, the currents and powers of its parts.

    NAME is a circuit or model that `neurodyn list` prints, or the path of a .toml file or a netlist of SPICE.
    """
    from neurodyn.analysis.small_signal.operating import operating_point

    system, start = given_system(name, settings, sizes)
    return Outputs(None, None, as_json).keep(operating_point(system, at=read_time(at), state=start), lambda: None)
