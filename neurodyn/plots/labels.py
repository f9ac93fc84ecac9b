"""Names and units as a reader of papers expects them."""

from __future__ import annotations

import re

import xarray as xr

from neurodyn.language.latex import word

_POWER = re.compile(r"\*\*\(?([\d/]+)\)?")
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)*", re.ASCII)


def plain(text: str) -> str:
    """Prose that is printed as it stands."""
    return text.replace("$", r"\$")


def symbol(name: str) -> str:
    """A name as a formula: `tau_m` as a greek letter with an index, `cell.v` with its part before it."""
    return f"${symbol_math(name)}$" if _PLAIN.fullmatch(name) else plain(name)


def symbol_math(name: str) -> str:
    """The formula of `symbol` without its dollar signs."""
    *parts, last = name.split(".")
    return "".join(rf"\mathrm{{{_escaped(part)}}}." for part in parts) + word(last)


def _escaped(word: str) -> str:
    return word.replace("_", r"\_")


def with_unit(text: str, unit: str | None) -> str:
    """A label, followed by its unit in brackets where one is known."""
    return f"{text} ({_unit(unit)})" if unit else text


def _unit(text: str) -> str:
    """`uA/cm**2` with its powers raised."""
    return _POWER.sub(r"$^{\1}$", plain(text)).replace("*", "\N{MIDDLE DOT}")


def label(data: xr.DataArray) -> str:
    """The axis label of a recorded variable."""
    return with_unit(symbol(str(data.name)), data.attrs.get("unit"))


def element_math(text: str) -> str:
    """The formula of `v` or `x[3]`, without dollar signs."""
    name, bracket, index = text.replace(" ", "").partition("[")
    return (symbol_math(name) if _PLAIN.fullmatch(name) else rf"\mathrm{{{_escaped(plain(name))}}}") + bracket + index


def element_label(text: str, data: xr.DataArray) -> str:
    """The axis label of one element of a recorded variable."""
    return with_unit(f"${element_math(text)}$", data.attrs.get("unit"))


def about(data: xr.DataArray) -> str:
    """What the variable is, in the words of its model, and which trial is shown where there are several."""
    said = (data.attrs.get("about"), data.attrs.get("trial"))
    return plain(", ".join(str(text) for text in said if text))


def time_label(dataset: xr.Dataset) -> str:
    """The label of the time axis."""
    return with_unit("time", dataset["time"].attrs.get("unit"))


def number(value: float, digits: int = 3) -> str:
    """A number short enough for a note in a figure, in ordinary notation where that is readable."""
    text = f"{value:.{digits}g}"
    mantissa, e, power = text.partition("e")
    return rf"${mantissa}\times 10^{{{int(power)}}}$" if e else text.replace("-", "\N{MINUS SIGN}")
