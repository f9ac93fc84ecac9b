"""The command line. The file of a verb is read when it is called for; what takes long to import waits until it runs.

A verb is a file with a click command called `command`, and one line in `VERBS`.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module

import click

from neurodyn.cli.codes import BROKEN, INTERRUPTED, PIPE_CLOSED
from neurodyn.errors import NeurodynError

VERBS = {
    "list": "The models and circuits that come with neurodyn.",
    "show": "One model: equations, parameters, inputs, energy, references.",
    "import": "Read a netlist of SPICE as a model file.",
    "run": "Run a model or circuit, and keep or draw what it does.",
    "rerun": "Repeat a saved run exactly, and say what differs.",
    "energy": "Verdicts on what a model claims of its energy.",
    "power": "What a circuit's sources supply and its devices store and dissipate.",
    "fixed-points": "Where a model stands still, and how sure that is.",
    "operating-point": "Where a circuit stands still: potentials, currents, powers.",
    "dc-sweep": "Operating points along a source, with folds and hysteresis.",
    "bode": "Poles, zeros and the frequency response from an input to an output.",
    "tolerance": "What the tolerances of components do to a circuit.",
    "exponents": "The Lyapunov exponents of an orbit, with their errors.",
    "cycle": "The cycle that an orbit comes to: period and multipliers.",
    "poincare": "Where an orbit crosses a section, and the return map.",
    "stroboscope": "A driven model, seen once in each period of its inputs.",
    "basins": "The attractors of a model, and which starts lead to each.",
    "memories": "What a network remembers of its stored patterns, from how far.",
    "fit": "Parameters from measurements, and what these cannot tell.",
    "export": "Write a model or circuit for another tool, such as ngspice.",
    "bench": "Measure tasks beside other tools and the limit of the machine.",
    "study": "Run an experiment, and say which of its claims hold.",
}
_TRACEBACK = "NEURODYN_TRACEBACK"


class _Verbs(click.Group):
    """Reads the file of a verb when the verb is called; the help page needs none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        command: click.Command = import_module(f"neurodyn.cli.{cmd_name.replace('-', '_')}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        near = get_close_matches(args[0], VERBS, 1)
        if args[0] not in VERBS and near:
            ctx.fail(f"No such command {args[0]!r}. Did you mean {near[0]}?")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))


@click.command(
    cls=_Verbs,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="\b\nExamples:\n  neurodyn list\n  neurodyn show hopfield\n  neurodyn run digit_recall --plot digits.png",
)
@click.version_option(package_name="neurodyn")
def cli() -> None:
    """Neural and dynamical systems, declared once as equations: simulated, analysed and drawn."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the answer is the exit code.

    0 is success, 1 a run that failed, 2 an input that cannot be used, 130 an interruption.
    """
    try:
        # Outside standalone mode click hands back the code of an early exit, as after --help.
        code = cli.main(args=arguments, prog_name="neurodyn", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except NeurodynError as error:
        return _say(f"neurodyn: {error}", error.exit_code)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return _say("neurodyn: interrupted.", INTERRUPTED)
    except SystemExit:
        # So click ends, without a word, when whoever read the output has gone.
        return PIPE_CLOSED
    except Exception as error:
        if os.environ.get(_TRACEBACK):
            raise
        return _say(f"neurodyn: {_fault(error)}", BROKEN)


def _fault(error: Exception) -> str:
    """What is said of an error that nobody foresaw."""
    if isinstance(error, MemoryError):
        return "There is not enough memory for this. Take smaller sizes, fewer trials, or record less."
    kind = type(error).__name__
    return f"A fault in neurodyn itself ({kind}: {error}). Set {_TRACEBACK}=1 to see where, and please report it."


def _say(text: str, code: int) -> int:
    click.echo(text, err=True)
    return code
