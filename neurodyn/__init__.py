"""neurodyn: dynamical systems and neural circuits from one symbolic declaration.

Names are loaded on first use, so importing the package costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from neurodyn.analysis.basins.ellipsoid import basin_ellipsoid as basin_ellipsoid
    from neurodyn.analysis.basins.find import basins as basins
    from neurodyn.analysis.energy.report import energy as energy
    from neurodyn.analysis.exponents.spectrum import lyapunov_exponents as lyapunov_exponents
    from neurodyn.analysis.fitting.data import Experiment as Experiment
    from neurodyn.analysis.fitting.data import Peaks as Peaks
    from neurodyn.analysis.fitting.data import Samples as Samples
    from neurodyn.analysis.fitting.design import design_habituation as design_habituation
    from neurodyn.analysis.fitting.fit import fit as fit
    from neurodyn.analysis.fixed_points.find import fixed_points as fixed_points
    from neurodyn.analysis.linear.linearise import linearise as linearise
    from neurodyn.analysis.memories.find import memories as memories
    from neurodyn.analysis.power.report import power as power
    from neurodyn.analysis.sections.cycle import limit_cycle as limit_cycle
    from neurodyn.analysis.sections.poincare import poincare as poincare
    from neurodyn.analysis.sections.stroboscope import stroboscope as stroboscope
    from neurodyn.analysis.small_signal.operating import operating_point as operating_point
    from neurodyn.analysis.small_signal.sweep import dc_sweep as dc_sweep
    from neurodyn.analysis.small_signal.transfer import transfer_function as transfer_function
    from neurodyn.analysis.tolerance.tolerance import tolerance as tolerance
    from neurodyn.errors import InputError as InputError
    from neurodyn.errors import NeurodynError as NeurodynError
    from neurodyn.errors import RunFailed as RunFailed
    from neurodyn.exports.target import export as export
    from neurodyn.model.library import library as library
    from neurodyn.model.library import load as load
    from neurodyn.model.model import Model as Model
    from neurodyn.plots import plot as plot
    from neurodyn.results.result import Result as Result
    from neurodyn.results.result import load_result as load_result
    from neurodyn.simulation import rerun as rerun
    from neurodyn.simulation import simulate as simulate
    from neurodyn.studies import study as study
    from neurodyn.system.attractors import Attractors as Attractors
    from neurodyn.system.build import build as build
    from neurodyn.system.reductions import FirstCrossing as FirstCrossing
    from neurodyn.system.reductions import Max as Max
    from neurodyn.system.reductions import Mean as Mean
    from neurodyn.system.reductions import Min as Min
    from neurodyn.system.reductions import SettledAt as SettledAt
    from neurodyn.system.system import System as System

__version__ = "0.1.0"

_HOME = {
    "Attractors": "system.attractors",
    "Experiment": "analysis.fitting.data",
    "FirstCrossing": "system.reductions",
    "InputError": "errors",
    "Max": "system.reductions",
    "Mean": "system.reductions",
    "Min": "system.reductions",
    "Model": "model.model",
    "NeurodynError": "errors",
    "Peaks": "analysis.fitting.data",
    "Result": "results.result",
    "RunFailed": "errors",
    "Samples": "analysis.fitting.data",
    "SettledAt": "system.reductions",
    "System": "system.system",
    "basin_ellipsoid": "analysis.basins.ellipsoid",
    "basins": "analysis.basins.find",
    "build": "system.build",
    "dc_sweep": "analysis.small_signal.sweep",
    "design_habituation": "analysis.fitting.design",
    "energy": "analysis.energy.report",
    "export": "exports.target",
    "fit": "analysis.fitting.fit",
    "fixed_points": "analysis.fixed_points.find",
    "library": "model.library",
    "limit_cycle": "analysis.sections.cycle",
    "linearise": "analysis.linear.linearise",
    "load": "model.library",
    "load_result": "results.result",
    "lyapunov_exponents": "analysis.exponents.spectrum",
    "memories": "analysis.memories.find",
    "operating_point": "analysis.small_signal.operating",
    "plot": "plots",
    "poincare": "analysis.sections.poincare",
    "power": "analysis.power.report",
    "rerun": "simulation",
    "simulate": "simulation",
    "tolerance": "analysis.tolerance.tolerance",
    "transfer_function": "analysis.small_signal.transfer",
    "stroboscope": "analysis.sections.stroboscope",
    "study": "studies",
}

__all__ = [*_HOME, "__version__"]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'neurodyn' has no attribute {name!r}")
    return getattr(import_module(f"neurodyn.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
