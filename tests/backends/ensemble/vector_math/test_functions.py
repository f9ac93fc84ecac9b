"""The elementary functions against mpmath, over all exponents and at special values, and against themselves."""

from __future__ import annotations

import platform

import numpy as np
import pytest

from neurodyn import InputError
from neurodyn.backends.ensemble.vector_math import NAMES, functions
from neurodyn.backends.ensemble.vector_math.table import ROWS
from neurodyn.program.spellings import BY_OP
from tests.backends.ensemble.vector_math import derive
from tests.backends.ensemble.vector_math.compiled import Array, compiled
from tests.backends.ensemble.vector_math.truth import SPECIAL, TRUTHS, exact, points, ulps

WIDTHS = (1, 4, 8, 16)
BROAD = 16
# What a printer writes as a few instructions, or composes.
PLAIN = {"add", "subtract", "multiply", "divide", "negative", "sqrt", "floor", "absolute", "sign", "heaviside"}
PLAIN |= {"relu", "larger", "smaller", "finite_or_zero", "one_if_zero", "not", "and", "or"}
PLAIN |= {"equal", "not_equal", "less", "less_equal", "greater", "greater_equal"}


def filled(at: tuple[Array, ...]) -> tuple[Array, ...]:
    """Arguments, as many as fill vectors."""
    return tuple(np.append(a, np.full(-a.size % BROAD, 0.5)) for a in at)


def worst(name: str, count: int, looked_at: int) -> tuple[float, tuple[float, ...]]:
    """The largest error by mpmath, at special values and where NumPy differs most; and where."""
    at = filled(points(name, count))
    found = compiled(name, BROAD)(*at)
    with np.errstate(all="ignore"):
        usual = np.asarray(TRUTHS[name].usual(*at))
        rounded = usual.astype(float)
        apart = np.abs(found - usual) / np.spacing(np.abs(rounded))
    apart[(found == rounded) & np.isinf(found) | (np.isnan(found) & np.isnan(usual))] = 0.0
    apart[np.isnan(apart)] = np.inf
    special = np.arange(SPECIAL.size ** len(at))
    where = np.concatenate([special, np.argsort(-apart)[:looked_at]])
    errors = [ulps(float(found[k]), exact(name, *(a[k] for a in at))) for k in where]
    k = int(np.argmax(errors))
    return errors[k], tuple(float(a[where[k]]) for a in at)


@pytest.mark.parametrize("name", sorted(NAMES))
def test_errors_are_as_stated(name: str) -> None:
    error, at = worst(name, 4_000, 30)
    assert error <= ROWS[name].ulps, at


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(NAMES))
def test_errors_are_as_stated_in_a_million_points(name: str) -> None:
    error, at = worst(name, 1_000_000, 1_000)
    assert 0.6 * ROWS[name].ulps <= error <= ROWS[name].ulps, at


@pytest.mark.parametrize("name", sorted(NAMES))
def test_signs_of_zeros_and_of_small_results(name: str) -> None:
    at = filled(points(name, 2_000))
    found = compiled(name, BROAD)(*at)
    with np.errstate(all="ignore"):
        usual = np.asarray(TRUTHS[name].usual(*at))
    asked = ~np.isnan(usual)
    if name == "i1e":  # SciPy has 0.0 at -0.0
        asked &= at[0] != 0.0
    np.testing.assert_array_equal(np.signbit(found[asked]), np.signbit(usual[asked]))


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_lane_knows_nothing_of_the_others(name: str) -> None:
    at = filled(points(name, 2_000))
    found = compiled(name, BROAD)(*at)
    turned = compiled(name, BROAD)(*(np.roll(a, 5) for a in at))
    assert np.roll(found, 5).tobytes() == turned.tobytes()


def same_bits(name: str, widths: tuple[int, ...]) -> None:
    at = filled(points(name, 2_000))
    assert len({compiled(name, width)(*at).tobytes() for width in widths}) == 1


@pytest.mark.parametrize("name", ["exp", "power", "sin", "tanh"])
def test_bits_are_the_same_at_every_width(name: str) -> None:
    same_bits(name, WIDTHS)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(NAMES))
def test_bits_of_all_are_the_same_at_every_width(name: str) -> None:
    same_bits(name, (*WIDTHS, 2, 32))


@pytest.mark.skipif(platform.machine() != "x86_64", reason="names processors of one kind")
@pytest.mark.parametrize("cpu", ["haswell", "x86-64"])  # with vectors of four; without fused multiplication
def test_bits_are_the_same_on_older_processors(cpu: str) -> None:
    for name in ("exp", "log", "sin", "tanh"):
        at = filled(points(name, 1_000))
        assert compiled(name, 4, cpu)(*at).tobytes() == compiled(name, BROAD)(*at).tobytes()


def test_numbers_are_what_they_are_said_to_be() -> None:
    assert derive.FILE.read_text() == derive.text()


def test_every_operation_of_a_program_has_a_form() -> None:
    assert set(BY_OP) == NAMES | PLAIN


def test_each_definition_is_there_once_and_for_what_is_asked() -> None:
    text = functions(["sin", "cos", "sin", "exp"], 4)
    heads = [line.split("(")[0].split("@")[1] for line in text.splitlines() if line.startswith("define")]
    assert sorted(heads) == ["nd_cos", "nd_exp", "nd_huge_angle", "nd_sin"]
    assert "huge" not in functions(["exp"], 4)
    assert functions([], 4).strip() == ""


def test_nothing_is_left_to_a_library() -> None:
    for name in NAMES:
        called = {line.split("@")[1].split("(")[0] for line in functions([name], 8).splitlines() if " call " in line}
        assert all(word.startswith("llvm.") or word in ("nd_huge_angle", "nd_far_remainder") for word in called), called


def test_a_function_without_a_form_is_named() -> None:
    with pytest.raises(InputError, match="The function gamma has no compiled form") as caught:
        functions(["exp", "gamma"], 4)
    assert caught.value.code == "not-compiled"
