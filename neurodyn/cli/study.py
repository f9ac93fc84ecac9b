"""`neurodyn study NAME`: run an experiment, keep and draw what it finds."""

from __future__ import annotations

import json
from pathlib import Path

import click

from neurodyn.cli.outputs import check_output

_EXAMPLES = """\b
Example:
  neurodyn study digit_recall --plot digit_recall.png --out digit_recall.nc
"""


@click.command(epilog=_EXAMPLES)
@click.argument("name")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="The seed of all random draws.")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE.nc", help="Write the results to this NetCDF file.")
@click.option(
    "--plot", "picture", type=click.Path(path_type=Path), metavar="FILE.png", help="Draw the figure into this file."
)
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON for other programs.")
def command(name: str, seed: int, out: Path | None, picture: Path | None, as_json: bool) -> int:
    """Run a study: an experiment on one system that measures what its figure shows."""
    from neurodyn.plots import checked_ending, save
    from neurodyn.studies import study

    if out is not None:
        check_output(out, (".nc",))
    if picture is not None:
        checked_ending(picture)
        check_output(picture)
    report = study(name)(seed=seed)
    click.echo(json.dumps(report.to_json(), indent=2) if as_json else report.summary())
    if out is not None:
        report.save(out)
    if picture is not None:
        save(report.plot(), picture)
    return 0
