"""Compiled code on disk: found again, safe from what others do to it, and done without where it cannot be kept."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from neurodyn.backends.ensemble import cache
from neurodyn.backends.ensemble.compiler import compiled
from neurodyn.backends.ensemble.frame import HEAD
from neurodyn.backends.ensemble.machine import Machine, host

TEXT = f"define {HEAD}) {{\n  %x = load i64, ptr %told\n  store i64 7, ptr %told\n  ret void\n}}\n"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "code"))
    cache.warn.cache_clear()
    return tmp_path / "code"


def test_code_is_compiled_once(place: Path) -> None:
    assert not compiled(TEXT, host()).from_disk
    assert compiled(TEXT, host()).from_disk
    assert [file.name for file in place.iterdir()] == [cache.key(TEXT, host())]


def test_other_texts_and_machines_have_other_code() -> None:
    own = host()
    keys = {cache.key(TEXT, own), cache.key(TEXT + "\n", own), cache.key(TEXT, Machine("", "", own.width))}
    assert len(keys) == 3


@pytest.mark.parametrize("damage", [b"", b"junk", None])
def test_damaged_code_is_compiled_anew(place: Path, damage: bytes | None) -> None:
    compiled(TEXT, host())
    (file,) = place.iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] if damage is None else damage)
    with pytest.warns(RuntimeWarning, match="is damaged"):
        assert not compiled(TEXT, host()).from_disk
    assert file.read_bytes() == whole
    assert compiled(TEXT, host()).from_disk


def test_a_folder_that_cannot_be_written_is_told_once(place: Path) -> None:
    place.write_text("a file is in the way")
    with pytest.warns(RuntimeWarning, match=f"Set {cache.VARIABLE} to a folder that can be written") as told:
        for _ in range(3):
            assert not compiled(TEXT, host()).from_disk
    assert len(told) == 1


def test_processes_that_compile_the_same_do_not_meet(place: Path) -> None:
    code = f"""
from neurodyn.backends.ensemble.compiler import compiled
from neurodyn.backends.ensemble.machine import host
for _ in range(20):
    compiled({TEXT!r}, host())
"""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONWARNINGS": "error"}
    running = [subprocess.Popen([sys.executable, "-c", code], env=env) for _ in range(3)]
    assert [process.wait() for process in running] == [0, 0, 0]
    assert compiled(TEXT, host()).from_disk
    assert len(list(place.iterdir())) == 1
