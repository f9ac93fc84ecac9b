"""`neurodyn tolerance NAME`: what the tolerances of components do to a circuit."""

from __future__ import annotations

from pathlib import Path

import click

from neurodyn.cli.given import SET, SIZE, given_system, read_pairs, read_time
from neurodyn.cli.outputs import JSON, PLOT, Outputs


@click.command(
    epilog="\b\nExamples:\n  neurodyn tolerance habituation_analog --spread R3.R='5 %' --spread C1.C='20 %' "
    "--until 15 --measure 'ratio(y, 1) in ..0.1'\n"
    "  neurodyn tolerance mine.toml --samples 10000 --measure 'peak(out.v) in 0.9..1.1' --plot band.png"
)
@click.argument("name")
@click.option("--samples", type=click.IntRange(2), default=1000, show_default=True, help="How many runs.")
@click.option("--measure", "measures", multiple=True, metavar="'peak(y) in LOW..HIGH'", help="Measured of each run.")
@click.option("--spread", "spreads", multiple=True, metavar="NAME='5 %'", help="A tolerance, beside those in the file.")
@click.option("--common", multiple=True, metavar="'NAME NAME'", help="Parameters that share one draw.")
@click.option(
    "--indices", type=click.IntRange(0), default=0, metavar="N", help="Sobol's indices, of N pairs of samples."
)
@click.option("--draws", type=click.Choice(["philox", "sobol"]), default="philox", help="[philox]")
@click.option("--seed", type=click.IntRange(0), default=0, help="Of the draws. [0]")
@click.option("--until", metavar="T", help="The end of each run. [as the bench says]")
@click.option("--kind", type=click.Choice(["overview", "band", "histogram", "ranking"]), default="overview")
@SET
@SIZE
@PLOT
@JSON
def command(
    name: str,
    samples: int,
    measures: tuple[str, ...],
    spreads: tuple[str, ...],
    common: tuple[str, ...],
    indices: int,
    draws: str,
    seed: int,
    until: str | None,
    kind: str,
    settings: tuple[str, ...],
    sizes: tuple[str, ...],
    picture: Path | None,
    as_json: bool,
) -> int:
    """Run a circuit many times, each component off by as much as its tolerance allows.

    NAME is a circuit or model that `neurodyn list` prints, or the path of a .toml file or a netlist of SPICE. Tells the
    band of the response, the share of samples within limits, which tolerances matter, and the worst corners.
    """
    outputs = Outputs(None, picture, as_json)
    outputs.check()
    from neurodyn.analysis.tolerance.tolerance import tolerance

    system, start = given_system(name, settings, sizes)
    report = tolerance(
        system, measures=measures, samples=samples, spreads=read_pairs("--spread", spreads), seed=seed, draws=draws,
        common=[group.split() for group in common], indices=indices, until=read_time(until), start=start or None,
    )  # fmt: skip
    return outputs.keep(report, lambda: report.plot(kind))
