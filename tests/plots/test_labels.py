"""Names become formulas, and nothing that a stranger's file says breaks the typesetting."""

import pytest
from matplotlib.mathtext import MathTextParser

from neurodyn.plots.labels import element_math, number, symbol, with_unit


@pytest.mark.parametrize(
    ("name", "formula"),
    [
        ("x", "$x$"),
        ("tau", r"$\tau$"),
        ("tau_m", r"$\tau_{m}$"),
        ("v_th", r"$v_{\mathrm{th}}$"),
        ("theta_0", r"$\theta_{0}$"),
        ("x1", "$x_{1}$"),
        ("overlap", r"$\mathrm{overlap}$"),
        ("cell_2.v", r"$\mathrm{cell\_2}.v$"),
        ("a_b_c", r"$a_{\mathrm{b c}}$"),
        ("a$b", r"a\$b"),
        ("größe", "größe"),
        ("x_", "$x$"),
    ],
)
def test_names(name, formula):
    assert symbol(name) == formula
    MathTextParser("agg").parse(formula)


def test_elements_units_and_numbers():
    assert element_math("tau_m[3]") == r"\tau_{m}[3]"
    assert with_unit("time", "ms") == "time (ms)" and with_unit("time", None) == "time"
    assert number(0.25) == "0.25" and number(-2.0) == "\N{MINUS SIGN}2" and number(1.5e-7) == r"$1.5\times 10^{-7}$"
