"""`neurodyn export NAME --to spice | verilog_a`: a system in the form of another tool."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from neurodyn.cli.given import read_settings, read_sizes, read_time, sort_settings
from neurodyn.cli.outputs import Outputs, check_output

if TYPE_CHECKING:
    from neurodyn.model.model import Model
    from neurodyn.system.system import System

TARGETS = ("spice", "verilog_a")


@click.command(
    epilog="\b\nExamples:\n  neurodyn export habituation_analog --to spice -o habituation.cir\n"
    "  neurodyn export habituation_analog --to spice --check --plot both.png\n  ngspice -b habituation.cir\n"
    "  neurodyn export nmos_ekv --to verilog_a -o nmos_ekv.va"
)
@click.argument("name")
@click.option("--to", "target", type=click.Choice(TARGETS), required=True, help="The tool.")
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="FILE", help="Write into this file.")
@click.option("--check", is_flag=True, help="Run ngspice on it, and our engine, and compare their waveforms.")
@click.option("--plot", "picture", type=click.Path(path_type=Path), metavar="FILE.png", help="With --check, draw both.")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="Set a parameter, an input or a state.")
@click.option("--size", "sizes", multiple=True, metavar="SET=N", help="The size of an index set.")
@click.option("--until", metavar="T", help="The end of the run. [that of the bench]")
@click.option("--edge", metavar="DT", help="How long a jump of an input takes. [1/1000 of the shortest pulse]")
@click.option("--step", metavar="DT", help="The largest step. [1/1000 of the run]")
@click.option("--own-equations", is_flag=True, help="Diodes and transistors by our equations, not as ngspice's own.")
@click.option("--json", "as_json", is_flag=True, help="Print a report as JSON for other programs.")
def command(
    name: str,
    target: str,
    out: Path | None,
    check: bool,
    picture: Path | None,
    settings: tuple[str, ...],
    sizes: tuple[str, ...],
    until: str | None,
    edge: str | None,
    step: str | None,
    own_equations: bool,
    as_json: bool,
) -> int:
    """Write a model or circuit for another tool, and print it unless it goes into a file.

    NAME is a name that `neurodyn list` prints, or the path of a TOML file. With --check the differences between
    ngspice and our own engine are printed instead.
    """
    if picture is not None and not check:
        raise click.UsageError("--plot draws what --check compares; the second is missing.")
    of_runs = {"until": until, "edge": edge, "step": step, "own-equations": own_equations, "check": check}
    _check_target(target, of_runs)
    outputs = Outputs(None, picture, as_json)
    outputs.check()
    if out is not None:
        check_output(out)
    from neurodyn.exports.spice import compare_with_ngspice
    from neurodyn.exports.target import export

    system, start = _system(name, target, settings, sizes)
    span: dict[str, Any] = {}
    if target == "spice":
        span = {"until": read_time(until), "edge": read_time(edge), "step": read_time(step)}
        span["own_equations"] = own_equations
    written = export(system, to=target, start=start, **span)
    if out is not None:
        written.save(out)
        click.echo(f"wrote {out}", err=True)
    if check:
        report = compare_with_ngspice(system, start=start, **span)
        return outputs.keep(report, report.plot)
    return outputs.keep(written, lambda: None) if out is None or as_json else 0


def _system(
    name: str, target: str, settings: tuple[str, ...], sizes: tuple[str, ...]
) -> tuple[System | Model, dict[str, Any]]:
    """What is exported, with the start that was set: a device for Verilog-A is a model, which needs no circuit."""
    from neurodyn.model.library import load
    from neurodyn.system.build import build

    model = load(name)
    if target == "verilog_a" and model.pins:
        if settings or sizes:
            raise click.UsageError(f"{name} is a device, whose values are parameters of its module: set them there.")
        return model, {}
    values, start = sort_settings(model, read_settings(settings))
    return build(model, sizes=read_sizes(sizes), values=values), start


def _check_target(target: str, of_runs: Mapping[str, object]) -> None:
    """Refuse options that speak of a run for what is none."""
    given = [name for name, value in of_runs.items() if value] if target != "spice" else []
    if given:
        raise click.UsageError(f"--{given[0]} is of runs of ngspice; modules of Verilog-A have no run of their own.")
