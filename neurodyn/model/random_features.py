"""Dense memories whose energy is a product of random features: the family `random_features`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from neurodyn.errors import InputError
from neurodyn.language.names import near
from neurodyn.model.model import Model


@dataclass(frozen=True)
class FeatureMap:
    """A feature map phi, with phi(x).phi(y) = exp(-beta*|x - y|**2/2) on average over the frequencies.

    Attributes:
        factor: before each feature.
        traces: for each kind of feature the sum of it over memories, with the feature as a function of the phase {h}
            and of the squared size {s} of what it is taken of.
        positive: whether all features are, so that their sum needs no floor.
    """

    factor: str
    traces: Mapping[str, str]
    positive: bool = False


FEATURE_MAPS = {
    "cos": FeatureMap("sqrt(2/Y)", {"T": "cos({h} + b[y])"}),
    "sincos": FeatureMap("1/sqrt(Y)", {"T_c": "cos({h})", "T_s": "sin({h})"}),
    "exp": FeatureMap("1/sqrt(Y)", {"T": "exp({h} - beta*{s})"}, positive=True),
    "expexp": FeatureMap(
        "1/sqrt(2*Y)", {"T_p": "exp({h} - beta*{s})", "T_m": "exp(-{h} - beta*{s})"}, positive=True
    ),
}  # fmt: skip


def random_features(
    features: str = "sincos",
    log: bool = True,
    steps: bool = False,
    D: int = 30,
    K: int = 20,
    Y: int = 4000,
    beta: float = 100.0,
    xi: str = "uniform(0, 1)/sqrt(D)",
    v: str = "xi[0,i] + normal(0, 0.03)",
    **described: Any,
) -> Model:
    """A dense memory whose memories live in the sum of their features.

    Args:
        features: the map, `cos`, `sincos`, `exp` or `expexp`.
        log: whether the energy is -log(S)/beta, S being the summed closeness to the memories; else -S/beta.
        steps: whether the state takes steps of the size `alpha` down the gradient, instead of flowing.
        D, K, Y: how many numbers a memory has, how many memories there are, and how many frequencies.
        beta: inverse temperature: closeness falls off at a distance of 1/sqrt(beta).
        xi, v: the memories and the start, as values of the language.
        **described: name, summary, references, theme and bench of the model.

    Raises:
        InputError: for a map that there is not, and for `log` and `steps` that are neither true nor false.
    """
    _check(features, log=log, steps=steps)
    kind = FEATURE_MAPS[features]
    usual: dict[str, Any] = {"name": "random_features", "summary": f"Dense memory with random features ({features})"}
    bench = {"steps": 100} if steps else {"until": 10}
    usual |= {"theme": "memory", "bench": {**bench, "record": ["v", "closeness", "E"]}}
    return Model(
        _equations(kind, log, steps),
        indices={
            "D": {"letters": "i j", "size": D, "about": "numbers"},
            "K": {"letters": "m n", "size": K, "about": "memories"},
            "Y": {"letters": "y", "size": Y, "about": "random frequencies"},
        },
        states={"v[i]": {"start": v, "about": "state"}},
        parameters=_parameters(kind, log, steps, beta, xi),
        observables={"closeness[m]": {"about": "closeness to each memory"}},
        energy="E",
        claims=() if steps else ("dE/dt <= 0", "dE/dt == -tau*sum((dv[i]/dt)**2, i)"),
        **{**usual, **described},
    )


def _check(features: str, **flags: bool) -> None:
    if features not in FEATURE_MAPS:
        raise InputError(
            f"There is no feature map {features!r}.",
            code="family-features",
            remedy=near(str(features), list(FEATURE_MAPS)) or f"Feature maps: {', '.join(FEATURE_MAPS)}.",
        )
    for name, value in flags.items():
        if not isinstance(value, bool):
            raise InputError(
                f"{name} of random features is {value!r}.", code="family-flag", remedy=f"Write {name} = true or false."
            )


def _equations(kind: FeatureMap, log: bool, steps: bool) -> list[str]:
    stored = {"h": "sqrt(beta)*sum(omega[y,i]*xi[m,i], i)", "s": "sum(xi[m,i]**2, i)"}
    lines = [f"{trace}[y] = {kind.factor}*sum({feature.format(**stored)}, m)" for trace, feature in kind.traces.items()]
    lines[0] += "    # what is left of the memories: their number does not show"
    lines.append("h[y] = sqrt(beta)*sum(omega[y,i]*v[i], i)")
    if kind.positive:
        lines.append("q = sum(v[i]**2, i)")
    terms = [f"{trace}[y]*{feature.format(h='h[y]', s='q')}" for trace, feature in kind.traces.items()]
    lines.append(f"S = {kind.factor}*sum({' + '.join(terms)}, y)    # summed closeness to the memories")
    lines.append(f"E = {'-log(S)' if log and kind.positive else '-log(max(S, floor_S))' if log else '-S'}/beta")
    lines.append(
        "v[i](t+1) = v[i] - alpha*(1 - clamp[i])*dE/dv[i]" if steps else "tau*dv[i]/dt = -(1 - clamp[i])*dE/dv[i]"
    )
    lines.append("closeness[m] = exp(-beta*sum((v[i] - xi[m,i])**2, i)/2)    # what the features stand for")
    return lines


def _parameters(kind: FeatureMap, log: bool, steps: bool, beta: float, xi: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "xi[m,i]": {"value": xi, "about": "memories, one per row"},
        "omega[y,i]": {"value": "normal(0, 1)", "about": "random frequencies"},
    }
    if "b[y]" in "".join(kind.traces.values()):
        found["b[y]"] = {"value": "uniform(0, 2*pi)", "about": "random phases"}
    found["clamp[i]"] = {"value": 0, "about": "1 where the state is held"}
    found["beta"] = {"value": beta, "given": "beta > 0", "about": "inverse temperature"}
    if steps:
        found["alpha"] = {"value": 0.1, "given": ["alpha > 0", "alpha < 2"], "about": "size of a step"}
    else:
        found["tau"] = {"value": 1.0, "given": "tau > 0", "about": "time constant"}
    if log and not kind.positive:
        about = "closeness below which the energy is flat"
        found["floor_S"] = {"value": 1e-5, "given": "floor_S > 0", "about": about}
    return found
