"""The arguments of `Model` checked and brought to one form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sympy import Expr

from neurodyn.errors import InputError


def check_sections(sections: Mapping[str, Any]) -> None:
    """Refuse a section that is no mapping."""
    for name, section in sections.items():
        if section is not None and not isinstance(section, Mapping):
            raise InputError(
                f"{name} is no mapping from names to what is said of them.",
                code="section",
                remedy=f"Write {name}={{...}}.",
            )


def as_text(equations: str | Sequence[str | tuple[str, Expr]]) -> str:
    """The equations as a block of text."""
    if isinstance(equations, str):
        return equations.strip("\n")
    if not isinstance(equations, Sequence):
        raise InputError("The equations are neither text nor a sequence of statements.", code="equations")
    from neurodyn.language.spell import spell

    lines = []
    for item in equations:
        if isinstance(item, str):
            lines.append(item)
        elif isinstance(item, tuple) and len(item) == 2:
            lines.append(f"{item[0]} = {spell(item[1])}")
        else:
            raise InputError(
                "An item of the equations is neither text nor a pair (left side, SymPy expression).", code="equations"
            )
    return "\n".join(lines)
