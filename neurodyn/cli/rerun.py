"""`neurodyn rerun FILE`: repeat a saved run, and say whether it came out the same."""

from __future__ import annotations

from pathlib import Path

import click

from neurodyn.cli.codes import INTERRUPTED
from neurodyn.cli.outputs import Outputs
from neurodyn.plots import KINDS

_DIFFERENT = 1


@click.command(
    epilog="\b\nExamples:\n  neurodyn run hopfield --trials 20 --out runs.nc\n  neurodyn rerun runs.nc\n"
    "  neurodyn rerun runs.nc --json | jq .place"
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE.nc", help="Write the repetition to this file.")
@click.option(
    "--plot", "picture", type=click.Path(path_type=Path), metavar="FILE.png", help="Draw the repetition into this file."
)
@click.option("--kind", type=click.Choice(list(KINDS)), help="The kind of plot; by default the one that suits.")
@click.option("--json", "as_json", is_flag=True, help="Print the comparison as JSON for other programs.")
@click.option("--progress/--no-progress", default=None, help="A progress bar on long runs; by default on a terminal.")
def command(
    file: Path, out: Path | None, picture: Path | None, kind: str | None, as_json: bool, progress: bool | None
) -> int:
    """Repeat a saved run exactly, and say what differs where it does not come out the same.

    FILE is what `neurodyn run --out FILE.nc` or `Result.save` wrote. The exit code is 0 if all that was recorded is
    equal to the last bit (a failed run fails in the same way), and 1 if not.
    """
    outputs = Outputs(out, picture, as_json)
    outputs.check()
    from neurodyn.simulation import rerun

    report = rerun(file, progress=progress)
    code = outputs.keep(report, lambda: report.plot(kind))
    if report.second.status == "interrupted":
        return INTERRUPTED
    return code or (0 if report.same else _DIFFERENT)
