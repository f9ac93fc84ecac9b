"""Which declared quantities live on a support: `on = "C[i,j]"`, or a value that is a connection rule."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from neurodyn.errors import InputError
from neurodyn.language.guard import parse, show_keywords
from neurodyn.language.heads import read_key
from neurodyn.language.names import near
from neurodyn.model.declarations import Declaration, value_source

CONNECTION_RULES = frozenset({"sparse", "indegree", "outdegree", "all_to_all", "one_to_one"})

Sections = Mapping[str, Mapping[str, Declaration]]


def declared_supports(sections: Sections, letters: Mapping[str, str]) -> dict[str, str]:
    """The support of each declared name that lives on one; supports come first, each on itself.

    Args:
        sections: what is declared.
        letters: the index set of each letter.
    """
    parameters = sections["parameters"]
    supports = {name: name for name, d in parameters.items() if not d.on and _is_rule(d)}
    others: dict[str, str] = {}
    for section in ("parameters", "states", "noise"):
        for declared in sections[section].values():
            if declared.on:
                support = _support_of(declared, parameters, letters)
                supports[support] = support
                others[declared.name] = support
    for name, support in others.items():
        if name in supports and name != support:
            raise _refused(
                parameters[name], f"{name} is a support, so it cannot live on {support}.", "Put all of them on one."
            )
    return {**supports, **others}


def _is_rule(declared: Declaration) -> bool:
    """Whether the value is a connection rule and nothing else."""
    if not isinstance(declared.value, str) or len(declared.letters) != 2:
        return False
    try:
        tree = parse(value_source(declared.source, declared.value))
    except InputError:
        return False  # the build says what is wrong with it
    if not isinstance(tree, ast.Call) or not isinstance(tree.func, ast.Name):
        return False
    return show_keywords(tree.func.id) in CONNECTION_RULES


def _support_of(declared: Declaration, parameters: Mapping[str, Declaration], letters: Mapping[str, str]) -> str:
    source = value_source(declared.source, declared.on)
    name, indices = read_key(source)
    if len(indices) != 2 or len(declared.letters) != 2:
        in_a_row = "." in declared.name and len(declared.letters) > 2
        remedy = "A row of parts has no supports: name the parts one by one." if in_a_row else 'Write on = "C[i,j]".'
        raise _refused(declared, f"{declared.key} lives on {declared.on}, but edges join two letters.", remedy)
    for x in indices:
        if x not in letters:
            raise _refused(
                declared,
                f"{x} in {declared.on} is no letter of an index set.",
                near(x, list(letters)) or "Declare it in [indices].",
            )
    if name not in parameters:
        remedy = near(name, list(parameters)) or f'Declare it in [parameters]: "{declared.on}" = "sparse(0.1)".'
        raise _refused(declared, f"{name} is no parameter, so nothing can live on it.", remedy)
    support = parameters[name]
    if indices != declared.letters or [letters[x] for x in indices] != [letters[x] for x in support.letters]:
        sentence = f"{declared.key} lives on {declared.on}, but the support is {support.key}."
        raise _refused(declared, sentence, "Take the same letters in both, in the order of the support.")
    return name


def _refused(declared: Declaration, sentence: str, remedy: str) -> InputError:
    source = value_source(declared.source, declared.on) if declared.on else declared.source
    return InputError(sentence, code="support", remedy=remedy, place=source.place(0))
