"""Lagrangians by name: the convex functions whose gradients are the activations of layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Lagrangian:
    """One row of the table.

    Attributes:
        text: the Lagrangian. It holds `{x}`, the state at its letters, and its parameters in braces. One that mixes
            units binds the letters `{over}`; `{size}` is their number, and `{y}` the state at other letters `{under}`.
            Any other is that of one unit.
        parameters: what it may be given, with defaults.
        mixes: whether it couples units, so that it must be known which.
        shift: whether it takes `delta`, which adds a constant to the activation.
    """

    text: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    mixes: bool = False
    shift: bool = False

    @property
    def accepts(self) -> tuple[str, ...]:
        """The names of its parameters."""
        return (*self.parameters, "delta") if self.shift else tuple(self.parameters)

    def spell(
        self, x: str, y: str, over: Sequence[str], under: Sequence[str], size: str, given: Mapping[str, str]
    ) -> str:
        """The Lagrangian as text; factors of 1 are left out."""
        text = self.text
        for name, default in self.parameters.items():
            if given.get(name, default) == "1":
                text = text.replace(f"{{{name}}}*", "").replace(f"/{{{name}}}", "")
        if "delta" in given:
            text += " + sum({delta}*{x}, {over})"
        words = {"x": x, "y": y, "over": ", ".join(over), "under": ", ".join(under), "size": size}
        return text.format(**words, **{**self.parameters, **given})


_GAIN = {"beta": "1"}
_NORM = {"gamma": "1", "epsilon": "1e-5"}

LAGRANGIANS: dict[str, Lagrangian] = {
    "identity": Lagrangian("{x}**2/2"),
    "relu": Lagrangian("relu({x})**2/2"),
    "repu": Lagrangian("relu({x})**{n}/{n}", {"n": "2"}),
    "exp": Lagrangian("exp({beta}*{x})/{beta}", _GAIN),
    "rexp": Lagrangian("exp({beta}*relu({x}))/{beta} - relu({x})", _GAIN),
    "tanh": Lagrangian("logcosh({beta}*{x})/{beta}", _GAIN),
    "sigmoid": Lagrangian("softplus({beta}*{x})/{beta}", _GAIN),
    "softmax": Lagrangian("logsumexp({beta}*{x}, {over})/{beta}", _GAIN, mixes=True),
    # log(1 + sum(exp(x))): a softmax with a silent competitor at 0.
    "ghostmax": Lagrangian("softplus(logsumexp({beta}*{x}, {over}))/{beta}", _GAIN, mixes=True),
    "layernorm": Lagrangian(
        "{gamma}*{size}*sqrt(mean(({x} - mean({y}, {under}))**2, {over}) + {epsilon})", _NORM, mixes=True, shift=True
    ),
    "spherical": Lagrangian("{gamma}*sqrt(sum({x}**2, {over}) + {epsilon})", _NORM, mixes=True, shift=True),
}

# Every parameter that some Lagrangian of the table takes.
PARAMETERS = tuple(dict.fromkeys(p for row in LAGRANGIANS.values() for p in row.accepts))
# What the entry of a layer says beyond what is said of its state.
LAYER = ("activation", "lagrangian", "over", "tau", "input", "clamp", "leak", *PARAMETERS)
