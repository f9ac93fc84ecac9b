"""Quantities at another time (new values of a map, earlier ones in maps and flows), and rates in laws of devices."""

from __future__ import annotations

from typing import Any

from neurodyn.calculus.nodes import Elementwise


class Next(Elementwise):
    """`x(t+1)`: the value after this step."""

    def fdiff(self, argindex: int = 1) -> Any:
        raise TypeError("none passes through the value of another time")


class Lag(Elementwise):
    """`Lag(x, r)`, written x(t - r): the value r steps ago in a map; in a flow the value a time r ago."""

    nargs = 2

    def fdiff(self, argindex: int = 1) -> Any:
        raise TypeError("none passes through the value of another time")


class OnEdge(Elementwise):
    """A quantity that is known for each edge of a support, but is not 0 elsewhere: an earlier value of its end."""

    def fdiff(self, argindex: int = 1) -> Any:
        raise TypeError("none passes through the value of another time")


class Ddt(Elementwise):
    """`ddt(e)` in the law of a device: the rate of an expression, resolved when a system is built."""

    def fdiff(self, argindex: int = 1) -> Any:
        raise TypeError("a rate must be resolved before it is differentiated")
