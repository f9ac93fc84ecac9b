"""`neurodyn power NAME`: what a circuit does with energy."""

from __future__ import annotations

from pathlib import Path

import click

from neurodyn.cli.given import SET, given_system, read_time
from neurodyn.cli.outputs import JSON, PLOT, Outputs


@click.command(
    epilog="\b\nExamples:\n  neurodyn power rc_low_pass\n  neurodyn power habituation_analog --plot power.png\n"
    "  neurodyn power diode_clipper --set R.R=10000 --until 1e-3 --json"
)
@click.argument("name")
@SET
@click.option("--until", metavar="T", help="The time at the end of the run, in place of the bench.")
@click.option("--rtol", type=float, default=1e-8, metavar="E", help="The tolerance of the run. [1e-8]")
@click.option("--no-run", is_flag=True, help="Passivity alone, without a run.")
@PLOT
@JSON
def command(
    name: str,
    settings: tuple[str, ...],
    until: str | None,
    rtol: float,
    no_run: bool,
    picture: Path | None,
    as_json: bool,
) -> int:
    """Tell which devices of a circuit are passive, and what was supplied, stored and dissipated in a run.

    NAME is a circuit that `neurodyn list` prints, or the path of a TOML file.
    """
    outputs = Outputs(None, picture, as_json)
    outputs.check()
    from neurodyn.analysis.power.report import power

    system, start = given_system(name, settings, ())
    report = power(system, run=not no_run, until=read_time(until), rtol=rtol, start=start or None)
    return outputs.keep(report, report.plot)
