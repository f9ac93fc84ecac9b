"""`neurodyn bench [WORKLOAD ...]`: how fast the same tasks are here, in other tools, and at best."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from neurodyn.cli.outputs import Outputs

_EXAMPLES = """\b
Examples:
  neurodyn bench --quick
  neurodyn bench ensemble dense --plot speed.png
  neurodyn bench --out docs/benchmarks.md --json > benchmarks.json
"""


@click.command(epilog=_EXAMPLES)
@click.argument("workloads", nargs=-1)
@click.option("--quick", is_flag=True, help="Smaller tasks and fewer rounds: two minutes or so, not ten.")
@click.option(
    "--seconds", type=click.FloatRange(min=0, min_open=True), metavar="S", help="For the rounds of each case."
)
@click.option(
    "--threads", type=click.IntRange(min=1), default=1, metavar="N", help="Threads of each tool; 1 by default."
)
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE", help="Write the report to this .md or .json file."
)
@click.option("--plot", "picture", type=click.Path(path_type=Path), metavar="FILE.png", help="Draw the times.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON for other programs.")
def command(
    workloads: tuple[str, ...], quick: bool, seconds: float | None, threads: int, out: Path | None,
    picture: Path | None, as_json: bool,
) -> int:  # fmt: skip
    """Measure tasks beside the tools that are installed and beside the limit of the machine.

    WORKLOADS are some of one_run, ensemble, dense, retrieval, sequence, spiking, diffusion and growth; by default all.
    Tools that are not installed are left out, and the report says so: pip install neurodyn[bench] brings them.
    Nothing else should run meanwhile; the report tells the load of the machine.
    """
    outputs = Outputs(out, picture, as_json, (".md", ".json"))
    outputs.check()
    from neurodyn.bench.processes import bench

    scale, usual = ("quick", 4.0) if quick else ("full", 20.0)
    with _Steps() as steps:
        report = bench(*workloads, scale=scale, threads=threads, seconds=seconds or usual, say=steps.say)
    return outputs.keep(report, report.plot)


class _Steps:
    """What is being measured, on one line of a terminal."""

    def __init__(self) -> None:
        self._bar: Any = None

    def __enter__(self) -> _Steps:
        if sys.stderr is not None and sys.stderr.isatty():
            from tqdm import tqdm

            self._bar = tqdm(bar_format="{elapsed} {desc}", leave=False, file=sys.stderr)
        return self

    def say(self, text: str) -> None:
        if self._bar is not None:
            self._bar.set_description_str(text)

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()
