"""Small models with closed forms, for tests of fits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from neurodyn import Model, Peaks

Array = NDArray[np.float64]
PERIOD, DUTY, HEIGHT = 1.0, 0.2, 5.0
TRAIN = {"u": f"pulses({HEIGHT}, period={PERIOD}, duty={DUTY}, phase={1 - DUTY})"}


def line() -> Model:
    """A straight line: its slope is a parameter, and where it begins a start."""
    return Model("dx/dt = a", states={"x": 0.5}, parameters={"a": 1.0}, name="line")


def memory() -> Model:
    """A linear memory that hears a stimulus of height A with gain beta: only their product matters."""
    values = {"alpha": 0.2, "beta": 1.0, "A": 1.0, "gamma": 1.0}
    text = "dx/dt = beta*A*u - alpha*x"
    return Model(text, states={"x": 0}, parameters=values, inputs={"u": "pulses(1, period=1, duty=0.2)"}, name="memory")


def decay(alpha: float = 0.3) -> Model:
    return Model("dx/dt = -alpha*x", states={"x": 1.0}, parameters={"alpha": alpha}, name="decay")


def hill_peaks(alpha: float, beta: float, stimuli: int, n: float = 2.0) -> Array:
    """The peaks of the model `habituation` under the train: the memory before each stimulus is a geometric sum."""
    q = np.exp(-alpha * PERIOD)
    high = beta * HEIGHT * (1 - q**DUTY) / alpha * (1 - q ** np.arange(stimuli)) / (1 - q)
    return HEIGHT / (1 + (high * q ** (1 - DUTY)) ** n)


def noisy_peaks(seed: int, error: float, stimuli: int = 15, alpha: float = 0.1, beta: float = 0.5) -> Peaks:
    rng = np.random.default_rng(seed)
    values = hill_peaks(alpha, beta, stimuli) + error * rng.standard_normal(stimuli)
    return Peaks.every("y", values, period=PERIOD, errors=error)
