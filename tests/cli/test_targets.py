"""`neurodyn run --target`: what Brian2 writes its code in, kept with the result and repeated."""

import pytest

from neurodyn.cli import main


def test_a_target_is_kept_and_repeated(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    asked = ["run", "lif", "--set", "I=0.3 nA", "--dt", "0.1 ms", "--until", "20 ms", "--target", "numpy"]
    assert main([*asked, "--out", "out.nc"]) == 0
    assert "brian2 exact on numpy, dt 0.0001" in capsys.readouterr().out
    assert main(["rerun", "out.nc"]) == 0


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--target", "numpi"], "No backend has a target numpi."),
        (["--target", "cython", "--backend", "fixed"], "it needs target:cython. Able to run it: brian2."),
    ],
)
def test_a_target_that_is_not_there(more, sentence, capsys):
    assert main(["run", "lif", "--dt", "0.1 ms", "--until", "20 ms", *more]) == 2
    assert sentence in capsys.readouterr().err
