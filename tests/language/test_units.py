"""Units as an exact algebra, their text, and the dimension of expressions."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import neurodyn
from neurodyn.language.source import Source
from neurodyn.language.unit_text import bracketed, mentions_unit, read_quantity, read_unit
from neurodyn.language.units import ATOMS, BASE, NUMBER, Unit

UNITS = st.lists(
    st.tuples(st.sampled_from(sorted(ATOMS)), st.fractions(-3, 3, max_denominator=2).filter(bool)), max_size=4
).map(lambda factors: math.prod((Unit(((w, p),)) for w, p in factors), start=NUMBER))


def unit(text: str) -> Unit:
    return read_unit(Source(text))


@settings(max_examples=40, deadline=None)
@given(UNITS, UNITS, st.fractions(-2, 2, max_denominator=3))
def test_units_form_a_group_that_dimension_and_size_follow(a: Unit, b: Unit, power: Fraction) -> None:
    product = a * b
    assert product.dimension == tuple(x + y for x, y in zip(a.dimension, b.dimension, strict=True))
    assert product.exponent == a.exponent + b.exponent
    assert product / b == a or (product / b).fits(a)
    assert (a**power).exponent == a.exponent * power
    assert (a / a) == NUMBER


@settings(max_examples=40, deadline=None)
@given(UNITS)
def test_what_a_unit_prints_reads_back(a: Unit) -> None:
    small = all(abs(p) <= 12 for _, p in a.powers) and abs(a.exponent) <= 100
    if small:
        assert unit(str(a)) == a or unit(str(a)).fits(a)
        assert unit(str(a)).exponent == a.exponent
    if not a.plain and max(map(abs, a.dimension)) <= 6:
        shown = unit(a.si)
        assert shown.fits(a) and shown.exponent == 0


# Definitions of the derived units in SI base units.
DEFINITIONS = {
    "Hz": "1/s", "C": "A*s", "V": "J/C", "J": "kg*m**2/s**2", "W": "J/s", "F": "C/V", "ohm": "V/A", "S": "A/V",
    "H": "V*s/A", "M": "kmol/m**3",
}  # fmt: skip


@pytest.mark.parametrize("name", DEFINITIONS)
def test_derived_units_are_what_they_are_defined_as(name: str) -> None:
    defined = unit(DEFINITIONS[name])
    assert defined.fits(unit(name)) and defined.exponent == unit(name).exponent


def test_base_units_are_independent() -> None:
    assert sorted(unit(b).dimension for b in BASE) == sorted(
        tuple(Fraction(i == j) for j in range(6)) for i in range(6)
    )


@pytest.mark.parametrize(
    ("text", "exponent"),
    [("mV", -3), ("uF/cm**2", -2), ("Mohm", 6), ("ms", -3), ("kg", 0), ("g", -3), ("mM", 0), ("pA", -12), ("1/ms", 3)],
)
def test_sizes(text: str, exponent: int) -> None:
    assert unit(text).exponent == exponent


@pytest.mark.parametrize("value", [7, 0.1, 54.387, 1e-3, 120.0])
@pytest.mark.parametrize("text", ["mV", "nA", "Mohm", "uF/cm**2"])
def test_numbers_in_a_unit_are_rounded_once(value: float, text: str) -> None:
    exact = Fraction(str(value)) * Fraction(10) ** unit(text).exponent
    assert unit(text).to_si(value) == pytest.approx(float(exact), rel=2.3e-16, abs=0)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("20 ms", "20[ms]"), ("-65 mV", "-65[mV]"), ("0.3 mS/cm**2", "0.3[mS/cm**2]"), ("4 1/ms", "4[1/ms]"),
        ("1e-3 V", "1e-3[V]"), ("20 ms + 1", "20 ms + 1"), ("tau > 0", "tau > 0"), ("2*x", "2*x"), ("3", "3"),
    ],
)  # fmt: skip
def test_a_quantity_as_a_value_is_a_number_with_its_unit(text: str, read: str) -> None:
    assert bracketed(text) == read


def test_what_mentions_a_unit() -> None:
    assert mentions_unit("exp(-(v + 40[mV])/10[mV])") and mentions_unit("20 ms") and mentions_unit("0.5 [mV]")
    assert not any(map(mentions_unit, ("x1[i] + 2*y", "W[i,j]", "xi[0,i]", "1e3", "sum(x[j], j != 2)")))


def test_a_quantity_alone() -> None:
    number, found = read_quantity(Source("-65 mV"))
    assert (number, str(found)) == (-65.0, "mV")


HEAD = """
dv/dt = -v/tau
dn/dt = -n/tau
g(z)  = exp(z/10[mV])
q{0}  = {1}
"""
STATES = {"v": "-65 mV", "n": 0.5, "w[i]": "20 pA"}
PARAMETERS = {"tau": "20 ms", "R": "100 Mohm", "E": "1 pJ", "k": 2, "b[i]": "3 mV"}

# Right sides and the SI unit of each.
FITS = {
    "v + 3[V]": "V",
    "v/R": "A",
    "R*w[i]": "V",
    "v**2/R": "W",
    "v**2": "V**2",
    "sqrt(v**2)": "V",
    "abs(v) + relu(v) + max(v, 0) + min(v, E/1[pC]) + clip(v, -1[V], 0) + stop(v)": "V",
    "sign(v) + heaviside(v - 3[mV]) + sign(v, n)": "",
    "exp(v/1[mV]) + tanh(n) + log(R/1[ohm])": "",
    "where(v > 20[mV] and n < 1, v, 0)": "V",
    "where(v > 0, R, 1[kohm])": "ohm",
    "atan2(v, 3[mV])": "",
    "sum(b[j], j)": "V",
    "mean(b[j], j) + norm(b[j], j) + max(b[j], j) + min(b[j], j)": "V",
    "argmax(b[j], j) + count(b[j] > 1[mV], j)": "",
    "logsumexp(b[j]/v, j)": "",
    "sum(b[j], j != k)": "V",
    "g(v)": "",
    "dv/dt": "V/s",
    "-2*dF/dv": "J/V",
    "t/tau + dn/dt*1[s]": "",
    "v*1[mV**0.5]/1[V**(1/2)]": "V",
    "n**k": "",
    "0*v + w[0]*R": "V",
    "i*v": "V",
    "v/N": "V",
    "2[1/ms]*tau": "",
}  # fmt: skip


def model(text: str) -> neurodyn.Model:
    left = "[i]" if "w[i]" in text or "i*" in text else ""
    equations = HEAD.format(left, text) + "F = E*n\ndw[i]/dt = -w[i]/tau"
    return neurodyn.Model(
        equations,
        indices={"N": {"letters": "i j", "size": 3}},
        states=STATES,
        parameters=PARAMETERS,
    )


@pytest.mark.parametrize("text", FITS)
def test_the_unit_of_an_expression(text: str) -> None:
    system = neurodyn.build(model(text))
    expected = unit(FITS[text]) if FITS[text] else NUMBER
    assert system.units.of("q").fits(expected)


WRONG = [
    "v + n", "v + R", "v - 1", "exp(v)", "log(R)", "sin(w[i])", "tanh(tau)", "v > n", "where(n > v, 1, 0)",
    "where(n > 0, v, R)", "max(v, n)", "clip(v, 0, 1)", "atan2(v, n)", "sign(v, v)", "v**n", "v**k", "2**v",
    "prod(b[j], j)", "logsumexp(b[j], j)", "sum(b[j] + n, j)", "count(b[j] > 1, j)", "g(n)", "dv/dt + v",
    "dF/dv + E", "t + n", "v + i*1[V/s]", "sqrt(v) + v", "1[mV] + 1[ms]", "v*(n + R)",
]  # fmt: skip


@pytest.mark.parametrize("text", WRONG)
def test_what_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(neurodyn.InputError) as caught:
        neurodyn.build(model(text))
    assert caught.value.code == "dimension"
    assert caught.value.place is not None


def test_the_reader_is_exact() -> None:
    """0.1 mV is 1/10000 exactly, so that sums of decimals cancel."""
    found = model("v + 0.1[mV] + 0.2[mV] - 0.3[mV]").definitions["q"].expr
    assert str(found) == "v"
