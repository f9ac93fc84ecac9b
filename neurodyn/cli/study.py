"""`neurodyn study NAME`: the experiments on one system, measured and drawn."""

from __future__ import annotations

from pathlib import Path

import click

from neurodyn.cli.outputs import Outputs


@click.command(epilog="\b\nExamples:\n  neurodyn study digit_recall --plot digits.png --out digits.nc")
@click.argument("name")
@click.option("--seed", type=click.IntRange(min=0), default=None, metavar="S", help="The seed of all random draws.")
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE.nc", help="Write the measurements to this NetCDF file."
)
@click.option(
    "--plot", "picture", type=click.Path(path_type=Path), metavar="FILE.png", help="Draw the figure into this file."
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON for other programs.")
def command(name: str, seed: int | None, out: Path | None, picture: Path | None, as_json: bool) -> int:
    """Run an experiment that measures what its figure shows, and print the measurements.

    NAME is a name that `neurodyn list` prints under studies.
    """
    outputs = Outputs(out, picture, as_json)
    outputs.check()
    from neurodyn.studies import study

    report = study(name)() if seed is None else study(name)(seed=seed)
    return outputs.keep(report, report.plot)
