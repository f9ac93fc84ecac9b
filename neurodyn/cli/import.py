"""`neurodyn import FILE.cir`: a netlist of SPICE as a model file."""

from __future__ import annotations

from pathlib import Path

import click

from neurodyn.cli.outputs import check_output


@click.command(
    epilog="\b\nExamples:\n  neurodyn import amplifier.cir --out amplifier.toml\n  neurodyn run amplifier.cir"
)
@click.argument("netlist", metavar="FILE.cir", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE.toml", help="Write it there, not on the screen.")
@click.option("--expand", is_flag=True, help="Spell out what the devices are, so that the file needs no other.")
def command(netlist: Path, out: Path | None, expand: bool) -> None:
    """Read a netlist of SPICE as a circuit, and write it as a model file.

    What changes nothing in time, such as .print, is left out, and the file says so; what would change the result and
    is not read is refused, by line. `run`, `show` and all other verbs take netlists too.
    """
    if out is not None:
        check_output(out, (".toml",))
    from neurodyn.model.spice.importing import notes_of, read_netlist_file

    model = read_netlist_file(netlist)
    text = model.to_toml(expand=expand)
    for note in notes_of(model):
        click.echo(f"neurodyn: {note}", err=True)
    if out is None:
        click.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8")
        click.echo(f"{out}: {len(model.parts)} parts")
