"""What cannot be read is refused, each with a broken netlist in `tests/invalid/spice` and its exact message."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import neurodyn
from neurodyn import InputError, Model

FOLDER = Path(__file__).parents[2] / "invalid" / "spice"
FILES = sorted(FOLDER.glob("*.cir"))
SOURCES = Path(neurodyn.__file__).parent / "model" / "spice"
ELSEWHERE = {"spice-large", "spice-long"}  # tested below


def refused(netlist: str | Path) -> InputError:
    with pytest.raises(InputError) as caught:
        Model.from_spice(netlist)
    return caught.value


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_message(path: Path) -> None:
    found = str(refused(path)).replace(f"{FOLDER}/", "")
    assert found == path.with_suffix(".txt").read_text(encoding="utf-8").rstrip("\n")


def test_every_rule_has_an_example() -> None:
    nodes = [node for file in SOURCES.glob("*.py") for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))]
    texts = {n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    codes = {text for text in texts if text.startswith("spice-")}
    assert codes - {refused(path).code for path in FILES} == ELSEWHERE


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ("x" * 1_100_000, "spice-long"),
        ("R1 a 0 {" + "1+" * 11_000 + "1}", "spice-long"),
        ("R1 a 0 {" + "(" * 500 + "1" + ")" * 500 + "}", "spice-formula"),
        ("R1 a 0 {" + "-" * 500 + "1}", "spice-formula"),
        ("R1 a 0 {" + "1?1:" * 4_000 + "1}", "spice-formula"),
        ("R1 a 0 {" + "2^-" * 4_000 + "1}", "spice-formula"),
        (
            ".param "
            + " ".join(f"p{k}=" + "{" + "(" * 50 + f"p{k + 1}" + ")" * 50 + "}" for k in range(35))
            + " p35=1\n"
            "R1 a 0 {p0}",
            "spice-formula",
        ),
        ("R1 a 0 1e99999999999999999999", "spice-number"),
        ("R1 a 0 {1" + "0" * 5_000 + "}", "spice-number"),
        (".param " + " ".join(f"p{k}={{p{k + 1}}}" for k in range(60)) + " p60=1\nR1 a 0 {p0}", "spice-formula"),
        ("\n".join(f"R{k} a 0 1" for k in range(2_001)), "spice-large"),
        (  # 10**15 calls
            "\n".join(
                f".subckt s{k} p\n" + "\n".join(f"X{i} p s{k + 1}" for i in range(10)) + "\n.ends" for k in range(15)
            )
            + "\n.subckt s15 p\n.ends\nX1 a s0\nV1 a 0 1",
            "spice-large",
        ),
    ],
    ids=[
        "long",
        "long card",
        "brackets",
        "signs",
        "choices",
        "powers",
        "deep chain",
        "exponent",
        "digits",
        "chain",
        "elements",
        "calls",
    ],
)
def test_what_would_take_too_much(lines: str, code: str) -> None:
    assert refused(f"title\n{lines}\n").code == code


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.cir").code == "unreadable-file"
    (tmp_path / "bytes.cir").write_bytes(b"title\nR1 a 0 1\xff\n")
    assert refused(tmp_path / "bytes.cir").code == "not-utf8"
    assert refused("V1 a 0 1").code == "unreadable-file"  # no netlist has one line


def test_nothing_is_executed() -> None:
    for text in ("__import__('os').system('x')", "{().__class__}", "{open(1)}", "`ls`", "{a[0]}", "{lambda: 1}"):
        assert refused(f"title\nR1 a 0 {text}\n").code.startswith("spice-")
