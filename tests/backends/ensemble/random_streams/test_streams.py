"""Random numbers from compiled code: the published words, NumPy's numbers to the last bit, and their distributions."""

from __future__ import annotations

import ctypes
from functools import cache

import llvmlite.binding as llvm
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from neurodyn import InputError
from neurodyn.backends.ensemble.lockstep.streams import row_bytes
from neurodyn.backends.ensemble.random_streams import KINDS, fills, keys, philox
from neurodyn.backends.ensemble.random_streams.strips import EDGES, LAST, heights, inside
from neurodyn.system import noise
from tests.backends.ensemble.vector_math.compiled import machine

Array = NDArray[np.float64]
ONES = 2**64 - 1
# The known answers that come with Random123 for philox4x64 with 10 rounds: counter, key, words.
KNOWN = [
    (
        (0, 0, 0, 0),
        (0, 0),
        (0x16554D9ECA36314C, 0xDB20FE9D672D0FDC, 0xD7E772CEE186176B, 0x7E68B68AEC7BA23B),
    ),
    (
        (ONES, ONES, ONES, ONES),
        (ONES, ONES),
        (0x87B092C3013FE90B, 0x438C3C67BE8D0224, 0x9CC7D7C69CD777B6, 0xA09CAEBF594F0BA0),
    ),
    (
        (0x243F6A8885A308D3, 0x13198A2E03707344, 0xA4093822299F31D0, 0x082EFA98EC4E6C89),
        (0x452821E638D01377, 0xBE5466CF34E90C6C),
        (0xA528F45403E61D95, 0x38C72DBD566E9788, 0xA5A1610E72FD18B5, 0x57BD43B5E52B7FE6),
    ),
]
BLOCK = f"""
define void @block(ptr %counter, ptr %key, ptr %out) {{
  %c = load <4 x i64>, ptr %counter, align 8
  %k = load <2 x i64>, ptr %key, align 8
  %c0 = extractelement <4 x i64> %c, i64 0
  %c1 = extractelement <4 x i64> %c, i64 1
  %c2 = extractelement <4 x i64> %c, i64 2
  %c3 = extractelement <4 x i64> %c, i64 3
  %k0 = extractelement <2 x i64> %k, i64 0
  %k1 = extractelement <2 x i64> %k, i64 1
  %quad = call {philox.QUAD} @nd_philox(i64 %c0, i64 %c1, i64 %c2, i64 %c3, i64 %k0, i64 %k1)
  store {philox.QUAD} %quad, ptr %out, align 8
  ret void
}}
"""


@cache
def engine() -> llvm.ExecutionEngine:
    arguments = "ptr %out, i64 %stride, i64 %low, i64 %high, i64 %count"
    public = "\n".join(
        f"define void @{kind}({arguments}) {{\n  call void @nd_fill_{kind}({arguments})\n  ret void\n}}"
        for kind in KINDS
    )
    return machine(fills(KINDS) + public + BLOCK)


def filled(kind: str, key: int, count: int, stride: int = 1) -> Array:
    """The first numbers of a stream, one every `stride` of an array."""
    out = np.full(count * stride, np.nan)
    fill = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64, ctypes.c_uint64, ctypes.c_uint64, ctypes.c_int64)
    fill(engine().get_function_address(kind))(out.ctypes.data, stride, key & ONES, key >> 64, count)
    return out


def drawn(kind: str, key: int, count: int) -> Array:
    """The same by NumPy."""
    rng = np.random.Generator(np.random.Philox(key=key))
    return rng.random(count) if kind == "uniform" else rng.standard_normal(count)


@pytest.mark.parametrize(("counter", "key", "words"), KNOWN)
def test_words_are_the_published_ones(counter: tuple[int, ...], key: tuple[int, ...], words: tuple[int, ...]) -> None:
    given = [np.array(x, dtype=np.uint64) for x in (counter, key, (0, 0, 0, 0))]
    run = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 3)(engine().get_function_address("block"))
    run(*(a.ctypes.data for a in given))
    assert tuple(map(int, given[2])) == words


def same(kind: str, keys: int, count: int) -> None:
    for number in range(keys):
        key = noise.stream_key(7, "xi", number, 3)
        np.testing.assert_array_equal(filled(kind, key, count), drawn(kind, key, count))


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_numbers_are_those_of_numpy_to_the_last_bit(kind: str) -> None:
    same(kind, 20, 50_000)


@pytest.mark.slow
def test_numbers_are_those_of_numpy_far_out_and_for_long() -> None:
    same("normal", 100, 1_000_000)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_numbers_do_not_depend_on_how_many_are_drawn_or_where_they_go(kind: str) -> None:
    whole = filled(kind, 5, 1_000)
    for count in (0, 1, 63, 64, 65, 999):
        np.testing.assert_array_equal(filled(kind, 5, count), whole[:count])
    spread = filled(kind, 5, 100, stride=16)
    np.testing.assert_array_equal(spread[::16], whole[:100])
    assert np.isnan(spread.reshape(-1, 16)[:, 1:]).all()


def test_distributions() -> None:
    for kind, law in (("uniform", "uniform"), ("normal", "norm")):
        numbers = filled(kind, noise.stream_key(1, "xi", 0, 0), 200_000)
        assert stats.kstest(numbers, law).pvalue > 1e-3
        assert abs(np.corrcoef(numbers[:-1], numbers[1:])[0, 1]) < 4 / np.sqrt(numbers.size)
    beyond = np.abs(filled("normal", 3, 1_000_000)) > LAST
    expected = 2 * stats.norm.sf(LAST) * beyond.size
    assert abs(beyond.sum() - expected) < 4 * np.sqrt(expected)


def test_streams_of_different_keys_are_not_alike() -> None:
    keys = [noise.stream_key(0, name, trial, block) for name in "ab" for trial in (None, 0, 1) for block in range(3)]
    streams = np.array([filled("normal", key, 20_000) for key in keys])
    apart = np.corrcoef(streams) - np.eye(len(keys))
    assert np.abs(apart).max() < 4.5 / np.sqrt(streams.shape[1])


def test_strips_are_of_one_area() -> None:
    areas = np.array(EDGES[2:]) * -np.diff(heights()[1:])
    np.testing.assert_allclose(areas, EDGES[0] * heights()[-1], rtol=1e-12)
    tail = np.sqrt(np.pi / 2) * 2 * stats.norm.sf(LAST)
    np.testing.assert_allclose(LAST * heights()[-1] + tail, EDGES[0] * heights()[-1], rtol=1e-12)
    assert inside()[1] == 0
    assert 0 <= min(inside()) <= max(inside()) < 2**52


@cache
def key_engine() -> llvm.ExecutionEngine:
    arguments = ", ".join([*(f"ptr %{name}" for name in ("a", "b", "c", "room")), "i64 %size", "ptr %out"])
    public = f"define void @key({arguments}) {{\n  call void @nd_stream_key({arguments})\n  ret void\n}}"
    return machine(keys.keys() + public)


@pytest.mark.parametrize("length", [0, 1, 46, 47, 48, 49, 60, 111, 112, 200])
def test_keys_are_those_of_the_system(length: int) -> None:
    """Texts whose marks just fit, or just do not, behind them; the last block, a trial and a time between steps."""
    for trial, number in ((None, 0), (7, 12345), (99, (0.1).hex())):
        parts = noise.stream_parts(3, "x" * length, trial, number)
        texts, out = [row_bytes([part])[0] for part in parts], np.zeros(2, np.uint64)
        room = np.full(keys.room(sum(map(len, parts))), 255, np.uint8)
        make = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 4, ctypes.c_int64, ctypes.c_void_p)
        pointers = [text.ctypes.data for text in (*texts, room)]
        make(key_engine().get_function_address("key"))(*pointers, room.size, out.ctypes.data)
        assert int(out[0]) | int(out[1]) << 64 == noise.stream_key(3, "x" * length, trial, number)


def test_other_kinds_are_refused() -> None:
    with pytest.raises(InputError, match="kind `poisson` have no compiled form"):
        fills(["poisson"])
