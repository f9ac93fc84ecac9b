"""What follows from a model's energy, as a page: `neurodyn show NAME --derived`."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from neurodyn.model.model import Model

WIDTH = 110


def derived_page(model: Model) -> list[str]:
    """Activations, flows, the energy with its parts, Hessians and the balance, each written out."""
    from neurodyn.analysis.energy.derivation import derivation
    from neurodyn.system.build import build

    found = derivation(build(model))
    energies = [" ".join(e.text.split()) for e in model.equations if e.name in _parts(model)]
    lines = [click.style(model.name, bold=True) + (f": {model.summary}" if model.summary else "")]
    for title, texts in (
        ("Activations", found.activations),
        ("Flow", found.flows),
        ("Energy", energies),
        ("Hessians of the Lagrangians", found.hessians),
        ("Balance", [found.balance] if found.balance else []),
    ):
        if texts:
            lines += ["", click.style(title, bold=True)]
            lines += [
                w for text in texts for w in textwrap.wrap(text, WIDTH, initial_indent="  ", subsequent_indent="      ")
            ]
    return lines


def _parts(model: Model) -> set[str]:
    """The energy and those definitions that are its terms."""
    from neurodyn.calculus.letters import names_in

    equation = model.equation(model.energy) if model.energy else None
    if equation is None:
        return set()
    return {equation.name} | {
        n for n in names_in(equation.expr) if n in model.definitions and not model.definitions[n].letters
    }
