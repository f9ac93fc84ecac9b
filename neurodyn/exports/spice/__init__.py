"""Netlists for ngspice: written from a system, run, and compared."""

from neurodyn.exports.spice.circuit import to_spice
from neurodyn.exports.spice.compare import Comparison, Waveform, compare_with_ngspice
from neurodyn.exports.spice.netlist import Netlist
from neurodyn.exports.spice.run import ngspice_path, run_ngspice

__all__ = ["Comparison", "Netlist", "Waveform", "compare_with_ngspice", "ngspice_path", "run_ngspice", "to_spice"]
