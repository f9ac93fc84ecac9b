"""`neurodyn run NAME`: run a model or circuit, keep and draw what it does."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from neurodyn.cli.codes import FAILED, INTERRUPTED
from neurodyn.cli.given import read_reductions, read_settings, read_sizes, sort_settings
from neurodyn.cli.outputs import Outputs
from neurodyn.plots import KINDS

if TYPE_CHECKING:
    from neurodyn.results.result import Result
    from neurodyn.system.system import System

_EXAMPLES = """\b
Examples:
  neurodyn run hopfield --size N=100 --set beta=8 --plot hopfield.png
  neurodyn run fitzhugh_nagumo --set I=0.5 --until 200 --plot plane.png --kind phase
  neurodyn run lorenz --every 0.01 --plot lorenz.png --kind portrait3
  neurodyn run hopfield --set xi=patterns.npy --trials 20 --seed 7 --out runs.nc
"""


@dataclass(frozen=True)
class _Request:
    """What the command line asks for."""

    name: str
    settings: tuple[str, ...]
    sizes: tuple[str, ...]
    until: str | None
    steps: int | None
    every: str | None
    backend: str | None
    method: str | None
    coupling: str | None
    dt: str | None
    target: str | None
    storage: Literal["float32"] | None
    rtol: float | None
    atol: float | None
    trials: int | None
    seed: int | None
    record: str | None
    reductions: tuple[str, ...]
    out: Path | None
    picture: Path | None
    kind: str | None
    as_json: bool
    progress: bool | None


@click.command(epilog=_EXAMPLES)
@click.argument("name")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="Set a parameter, an input or the start of a state: a number, an expression, or a .npy file. May be repeated.",
)
@click.option("--size", "sizes", multiple=True, metavar="INDEX=NUMBER", help="Set the size of an index set.")
@click.option("--until", metavar="T", help="The time at the end of the run, such as 10 or '50 ms'.")
@click.option("--steps", type=click.IntRange(min=1), metavar="N", help="How many steps a map takes.")
@click.option("--every", metavar="DT", help="Save at steps of this length, rather than at 501 times.")
@click.option(
    "--backend", metavar="NAME", help="Engine: scipy, map, dae, fixed, brian2 or ensemble; by default one that can."
)
@click.option("--method", metavar="METHOD", help="The integration method, such as DOP853, LSODA or BDF.")
@click.option("--coupling", metavar="MODE", help="How units in Brian2 read others: function, unrolled or summed.")
@click.option("--dt", metavar="DT", help="The step of a run in fixed steps, such as 0.01 or '0.1 ms'.")
@click.option(
    "--target",
    metavar="TARGET",
    help="Brian2: numpy, cython or cpp_standalone; ensemble: lanes or arrays; scipy: compiled or python.",
)
@click.option("--storage", type=click.Choice(["float32"]), help="Keep large matrices so; sums keep 64 bits.")
@click.option("--rtol", type=float, metavar="R", help="Relative error allowed per step.")
@click.option(
    "--atol", type=float, metavar="A", help="Absolute error allowed per step, in units of each state's scale."
)
@click.option(
    "--trials", type=click.IntRange(min=1), metavar="N", help="How many runs go side by side, each with its own draws."
)
@click.option("--seed", type=click.IntRange(min=0), metavar="S", help="The seed of all random draws.")
@click.option("--record", metavar="A,B", help="What to record: states, observables, inputs, the energy.")
@click.option(
    "--reduce",
    "reductions",
    multiple=True,
    metavar="NAME=WHAT",
    help="Keep of the path, say, peak='max(v)', also min, mean, first_crossing and settled_at. May be repeated.",
)
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE.nc", help="Write the result to this NetCDF file.")
@click.option(
    "--plot", "picture", type=click.Path(path_type=Path), metavar="FILE.png", help="Draw the result into this file."
)
@click.option("--kind", type=click.Choice(list(KINDS)), help="The kind of plot; by default the one that suits.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON for other programs.")
@click.option("--progress/--no-progress", default=None, help="A progress bar on long runs; by default on a terminal.")
def command(**options: Any) -> int:
    """Run a model or circuit and print a summary.

    NAME is a name that `neurodyn list` prints, or the path of a .toml file or of a netlist of SPICE (.cir). What is not
    set comes from the file.
    Ctrl-C ends a run early; what was computed until then is kept, drawn and printed all the same.
    """
    request = _Request(**options)
    if request.kind is not None and request.picture is None:
        raise click.UsageError("--kind says how to draw, and --plot FILE where to; the second is missing.")
    outputs = Outputs(request.out, request.picture, request.as_json)
    outputs.check()
    system, result = _simulated(request)
    code = outputs.keep(result, lambda: _figure(request, system, result))
    if result.status == "failed":
        click.echo(f"neurodyn: {result.message}", err=True)
        return FAILED
    return INTERRUPTED if result.status == "interrupted" else code


def _simulated(request: _Request) -> tuple[System, Result]:
    from neurodyn.model.library import load
    from neurodyn.model.spice.importing import is_netlist, notes_of
    from neurodyn.simulation import simulate
    from neurodyn.system.build import build

    settings, sizes = read_settings(request.settings), read_sizes(request.sizes)
    model = load(request.name)
    if is_netlist(Path(request.name)):
        click.echo("".join(f"neurodyn: {note}\n" for note in notes_of(model)), err=True, nl=False)
    values, start = sort_settings(model, settings)
    system = build(model, sizes=sizes, values=values, seed=request.seed)
    result = simulate(
        system,
        until=request.until,
        steps=request.steps,
        start=start or None,
        every=request.every,
        record=None if request.record is None else [name.strip() for name in request.record.split(",")],
        reduce=read_reductions(request.reductions) or None,
        backend=request.backend,
        method=request.method,
        coupling=request.coupling,
        dt=request.dt,
        target=request.target,
        storage=request.storage,
        rtol=request.rtol,
        atol=request.atol,
        seed=request.seed,
        trials=request.trials,
        on_failure="return",
        progress=request.progress,
    )
    return system, result


def _figure(request: _Request, system: System, result: Result) -> Any:
    from neurodyn.plots import plot

    return plot(result, request.kind or system.model.bench.get("figure"), system=system)
