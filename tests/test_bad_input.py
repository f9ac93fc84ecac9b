"""Broken files and wrong options on the command line: one clear message, the right exit code, quickly, no traceback."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from neurodyn.cli import main

GOOD = b'equations = "dx/dt = -x"\n\n[states]\nx = 1\n\n[bench]\nuntil = 1\n'


def equation(text: str) -> bytes:
    return GOOD.replace(b"-x", text.encode())


FILES: dict[str, bytes] = {
    "unknown name": equation("-y"),
    "unknown function": equation("frobnicate(x)"),
    "caret": equation("x^2"),
    "code": equation("__import__('os').system('echo broken')"),
    "attribute": equation("x.__class__"),
    "lambda": equation("(lambda: x)()"),
    "huge exponent": equation("x**999999999"),
    "tower of powers": equation("9**9**9**9"),
    "huge literal": equation("1" * 5000),
    "huge decimal exponent": equation("1e99999999"),
    "50,000 brackets": equation("(" * 50_000 + "x" + ")" * 50_000),
    "brackets never closed": equation("(" * 50_000),
    "200,000 terms": equation(" + ".join(["x"] * 200_000)),
    "5,000 terms": equation("+".join(["x"] * 5_000)),
    "5,000 signs": equation("-" * 5_000 + "x"),
    "NUL bytes": b"\0\0\0",
    "NUL in an equation": GOOD.replace(b"-x", b"-\\u0000x"),
    "not TOML": b"this is not a model\n",
    "nested TOML": b"a = " + b"[" * 50_000,
    "not UTF-8": b"\xff\xfe" + GOOD,
    "empty": b"",
    "only blanks": b"  \n\n",
    "size 0": GOOD + b'[indices]\nN = { letters = "i", size = 0 }\n',
    "size 10^12": GOOD + b'[indices]\nN = { letters = "i", size = 1000000000000 }\n',
    "NaN": GOOD.replace(b"-x", b"-k*x") + b"[parameters]\nk = nan\n",
    "cycle": b'equations = """\ndx/dt = a\na = b\nb = a\n"""\n[states]\nx = 1\n',
    "missing value": GOOD.replace(b"-x", b"-k*x") + b'[parameters]\nk = { about = "rate" }\n',
}


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str], code: int = 2) -> str:
    before = time.process_time()
    assert main(arguments) == code
    assert time.process_time() - before < 5
    shown = capsys.readouterr()
    assert "Traceback" not in shown.err + shown.out
    assert "fault in neurodyn" not in shown.err
    assert shown.err.strip()
    assert len(shown.err) < 2000
    return shown.err


@pytest.mark.parametrize("case", FILES)
@pytest.mark.parametrize("verb", ["show", "run"])
def test_broken_file(case: str, verb: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "model.toml"
    path.write_bytes(FILES[case])
    build_time = case in ("size 0", "size 10^12", "NaN", "cycle", "missing value")
    if verb == "show" and build_time:
        pytest.skip("showing a model binds no sizes or values")
    refused([verb, str(path)], capsys)


def test_nothing_is_executed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mark = tmp_path / "executed"
    path = tmp_path / "model.toml"
    for text in (
        f"__import__('pathlib').Path('{mark}').touch()",
        f"open('{mark}', 'w')",
        f"exec('open({str(mark)!r}, chr(119))')",
    ):
        path.write_bytes(equation(text))
        refused(["run", str(path)], capsys)
    assert not mark.exists()


OPTIONS: dict[str, Callable[[Path], list[str]]] = {
    "no such model": lambda p: ["run", "hopfeild"],
    "no such file": lambda p: ["run", str(p / "none.toml")],
    "a folder": lambda p: ["run", str(p) + "/"],
    "unknown parameter": lambda p: ["run", "lorenz", "--set", "sigm=1"],
    "value that is code": lambda p: ["run", "lorenz", "--set", "sigma=__import__('os')"],
    "value of wrong sign": lambda p: ["run", "lorenz", "--set", "sigma=-1"],
    "no number": lambda p: ["run", "lorenz", "--until", "soon"],
    "empty span": lambda p: ["run", "lorenz", "--until", "0"],
    "endless span": lambda p: ["run", "lorenz", "--until", "inf"],
    "span that is not a number": lambda p: ["run", "lorenz", "--until", "nan"],
    "unknown method": lambda p: ["run", "lorenz", "--method", "RK5"],
    "size 0": lambda p: ["run", "hopfield", "--size", "N=0"],
    "size 10^12": lambda p: ["run", "hopfield", "--size", "N=1000000000000"],
    "too much memory": lambda p: ["run", "hopfield", "--size", "N=100000"],
    "unknown size": lambda p: ["run", "hopfield", "--size", "Q=3"],
    "negative tolerance": lambda p: ["run", "lorenz", "--rtol", "-1"],
    "unknown record": lambda p: ["run", "lorenz", "--record", "q"],
    "folder does not exist": lambda p: ["run", "lorenz", "--out", str(p / "no" / "x.nc")],
    "unknown picture": lambda p: ["run", "lorenz", "--plot", str(p / "x.doc")],
    "unknown study": lambda p: ["study", "digits"],
    "no patterns file": lambda p: ["run", "hopfield", "--set", f"xi={p / 'none.npy'}"],
}


@pytest.mark.parametrize("case", OPTIONS)
def test_wrong_option(case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    refused(OPTIONS[case](tmp_path), capsys)


def test_a_failed_run_ends_with_1_and_loses_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """x' = x^2 from 1 ends at time 1; what came before is saved."""
    import neurodyn

    path, out = tmp_path / "model.toml", tmp_path / "out.nc"
    path.write_bytes(equation("x**2").replace(b"until = 1", b"until = 2"))
    error = refused(["run", str(path), "--out", str(out)], capsys, code=1)
    assert "x" in error
    kept = neurodyn.load_result(out)
    assert kept.status == "failed"
    assert kept.time[-1] == pytest.approx(1.0, abs=0.01)
