"""Quantities at another step of a map: the value that a step makes, and values of earlier steps."""

from __future__ import annotations

from typing import Any

from neurodyn.calculus.nodes import Elementwise


class Next(Elementwise):
    """`x(t+1)`: the value after this step."""

    def fdiff(self, argindex: int = 1) -> Any:
        raise TypeError("none passes through the value of another step")


class Lag(Elementwise):
    """`Lag(x, r)`, written x(t - r): the value r steps ago."""

    nargs = 2

    def fdiff(self, argindex: int = 1) -> Any:
        raise TypeError("none passes through the value of another step")
