"""What cannot be brought in is refused, each with a broken example in `tests/invalid/brian2` and its exact message.

An example holds the arguments of `Model.from_brian2`.
"""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path
from typing import Any

import pytest

import neurodyn
from neurodyn import InputError, Model

FOLDER = Path(__file__).parents[2] / "invalid" / "brian2"
FILES = sorted(FOLDER.glob("*.toml"))
SOURCES = Path(neurodyn.__file__).parent / "model" / "brian2"


def refused(**given: Any) -> InputError:
    with pytest.raises(InputError) as caught:
        Model.from_brian2(**given)
    return caught.value


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_message(path: Path) -> None:
    found = refused(**tomllib.loads(path.read_text(encoding="utf-8")))
    assert str(found) == path.with_suffix(".txt").read_text(encoding="utf-8").rstrip("\n")


def test_every_rule_has_an_example() -> None:
    nodes = [node for file in SOURCES.glob("*.py") for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))]
    texts = {n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    codes = {text for text in texts if text.startswith("brian2-")}
    shown = {refused(**tomllib.loads(path.read_text(encoding="utf-8"))).code for path in FILES}
    assert codes - shown == set()


DECAY = "dv/dt = -v/(10*ms) : volt"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (dict(equations=3), "The equations are neither text, nor Equations or a NeuronGroup of Brian2."),
        (dict(equations=DECAY, threshold=3), "threshold is 3."),
        (dict(equations=DECAY, namespace=[]), "namespace is no mapping from names."),
        (dict(equations=DECAY, namespace={1: 2}, events=["v > 1"]), "events is no mapping from names."),
        (dict(equations=DECAY, size=2.5), "size is 2.5, no number of units."),
        (dict(equations=DECAY, dt=1), "dt is 1, which is no time."),
        (dict(equations="dv/dt = -v/tau : 1", namespace={"tau": float("nan")}), "tau is nan, which is no finite"),
        (dict(equations="x" * 300_000), "The equations hold 300,000 characters; at most 200,000 are read."),
        (dict(equations="dv/dt = " + "(" * 100 + "v" + ")" * 100 + " : 1"), "This expression is nested too deeply"),
        (dict(equations=""), "model has no states"),
    ],
)
def test_of_the_wrong_kind(given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        neurodyn.build(Model.from_brian2(**given))
    assert str(caught.value).startswith(sentence)


def test_nothing_is_executed() -> None:
    """A call, an attribute or a subscript is a word that nobody knows."""
    for text in ("__import__('os').system('x')", "(lambda: 1)()", "v.__class__", "[1][0]", "open('x')"):
        assert refused(equations=f"dv/dt = {text} : 1").code.startswith(("brian2-", "unreadable"))
