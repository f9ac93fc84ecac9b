"""Modules of Verilog-A, written from a device, a circuit or a model."""

from neurodyn.exports.verilog_a.circuit import to_verilog_a
from neurodyn.exports.verilog_a.source import VerilogA

__all__ = ["VerilogA", "to_verilog_a"]
