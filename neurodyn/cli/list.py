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
    for group, members in groupby(entries, key=lambda entry: entry["group"]):
        click.secho(group, bold=True)
        for entry in members:
            click.echo(f"  {entry['name']:<{width}}  {entry['summary']}")


def _entries() -> list[dict[str, str]]:
    from neurodyn.model.library import library
    from neurodyn.studies import STUDIES

    files = [{"name": entry.name, "group": entry.group, "summary": entry.summary} for entry in library()]
    return files + [{"name": name, "group": "studies", "summary": text} for name, text in STUDIES.items()]
