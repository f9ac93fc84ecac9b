"""Every rule has a broken file in `invalid/`, and the file's exact message stands beside it; `parts/` holds models
that broken circuits are made of.

A message names what is wrong, where (line and caret) and how to mend it. To see one: `neurodyn show FILE`.
"""

from __future__ import annotations

import ast
import time
from pathlib import Path

import pytest

import neurodyn

FOLDER = Path(__file__).parent / "invalid"
FILES = sorted(FOLDER.glob("*.toml"))
SOURCES = Path(neurodyn.__file__).parent
# Rules whose trigger is not the text of a model file; each is tested where it belongs.
ELSEWHERE = {
    "unknown-size", "defined", "state-value", "unknown-parameter", "missing-start", "unknown-quantity", "not-utf8",
    "unreadable-file", "file-size", "unknown-model", "equations", "sympy", "letters", "too-long", "too-deep", "empty",
    "seed", "not-a-map", "not-a-flow", "no-jacobian", "no-derivative", "no-residual", "no-rates", "rewired",
    "wrong-shape", "bad-reduction", "no-node", "no-operating-point", "unknown-record", "bad-attractors",
}  # fmt: skip


def message(path: Path) -> str:
    with pytest.raises(neurodyn.InputError) as caught:
        system = neurodyn.build(neurodyn.load(path))
        system.start()
    return str(caught.value).replace(f"{FOLDER}/", "")


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_message(path: Path) -> None:
    before = time.process_time()
    assert message(path) == path.with_suffix(".txt").read_text(encoding="utf-8").rstrip("\n")
    assert time.process_time() - before < 5


def test_every_rule_has_a_broken_file() -> None:
    codes = set()
    for folder in ("language", "model", "system"):
        for file in (SOURCES / folder).rglob("*.py"):
            if {"brian2", "spice"} & {*file.parts}:
                continue  # what cannot be brought in stands in folders of its own, see test_errors.py in tests/model
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.keyword) and node.arg == "code" and isinstance(node.value, ast.Constant):
                    codes.add(node.value.value)
                if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "fail" and len(node.args) > 1:
                    codes |= {a.value for a in node.args[1:2] if isinstance(a, ast.Constant)}
    shown = set()
    for path in FILES:
        with pytest.raises(neurodyn.InputError) as caught:
            neurodyn.build(neurodyn.load(path)).start()
        shown.add(caught.value.code)
    assert codes - shown - ELSEWHERE == set()
