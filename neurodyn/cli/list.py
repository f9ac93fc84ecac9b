"""`neurodyn list`: what there is to run."""

from __future__ import annotations

import json
from itertools import groupby

import click


@click.command(epilog="\b\nExamples:\n  neurodyn list\n  neurodyn list --json | jq '.[].name'")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for other programs.")
def command(as_json: bool) -> None:
    """List the models, circuits and studies that come with neurodyn.

    A file of your own is named by its path: neurodyn run ./mine.toml
    """
    entries = _entries()
    if as_json:
        click.echo(json.dumps(entries, indent=2, ensure_ascii=False))
        return
    width = max(len(entry["name"]) for entry in entries)
    for heading, members in groupby(entries, key=_heading):
        click.secho(heading, bold=True)
        for entry in members:
            click.echo(f"  {entry['name']:<{width}}  {entry['summary']}")


def _heading(entry: dict[str, str]) -> str:
    from neurodyn.model.themes import THEMES

    return "Studies" if entry["group"] == "studies" else THEMES.get(entry["theme"], "Others")


def _entries() -> list[dict[str, str]]:
    """Models and circuits in the order of their themes, then the studies."""
    from neurodyn.model.library import library
    from neurodyn.model.themes import THEMES
    from neurodyn.studies import STUDIES

    order = {theme: place for place, theme in enumerate(THEMES)}
    files = [
        {"name": entry.name, "group": entry.group, "theme": entry.theme, "summary": entry.summary}
        for entry in sorted(library(), key=lambda entry: (order.get(entry.theme, len(order)), entry.name))
    ]
    studies = [{"name": name, "group": "studies", "theme": "", "summary": text} for name, text in STUDIES.items()]
    return files + studies
