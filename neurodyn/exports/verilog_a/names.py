"""Names of Verilog-A: its keywords and functions, and those of simulators, are nobody else's."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

# The language (Verilog-AMS 2.4, annex B), with the keywords of digital Verilog and `root`, which OpenVAF keeps.
_KEYWORDS = """
above abs absdelay absdelta abstol access acos acosh ac_stim aliasparam always analog analysis and asin asinh assert
assign atan atan2 atanh automatic begin branch buf bufif0 bufif1 case casex casez ceil cell cmos config connect
connectmodule connectrules continuous cos cosh cross ddt ddt_nature ddx deassign default defparam design disable
discipline discrete domain driver_update edge else end endcase endconfig endconnectrules enddiscipline endfunction
endgenerate endmodule endnature endparamset endprimitive endspecify endtable endtask event exclude exp expm1
final_step flicker_noise floor flow for force forever fork from function generate genvar ground highz0 highz1 hypot
idt idt_nature idtmod if ifnone incdir include inf initial initial_step inout input instance integer join laplace_nd
laplace_np laplace_zd laplace_zp large last_crossing liblist library limexp ln ln1p localparam log macromodule max
medium merged min module nand nature negedge net_resolution nmos noise_table noise_table_log nor noshowcancelled not
notif0 notif1 or output parameter paramset pmos posedge potential pow primitive pull0 pull1 pulldown pullup
pulsestyle_ondetect pulsestyle_onevent rcmos real realtime reg release repeat resolveto rnmos root rpmos rtran rtranif0
rtranif1 scalared showcancelled signed sin sinh slew small specify specparam split sqrt string strong0 strong1
supply0 supply1 table tan tanh task time timer tran tranif0 tranif1 transition tri tri0 tri1 triand trior trireg
units unsigned use uwire vectored wait wand weak0 weak1 while white_noise wire wor wreal xnor xor zi_nd zi_np zi_zd
zi_zp
"""
# What `disciplines.vams` brings, and the accesses of its natures.
_DISCIPLINES = """
electrical voltage current magnetic thermal kinematic kinematic_v rotational rotational_omega logic ddiscrete
V I Q Phi MMF Temp Pwr Pos Vel Acc Imp F Theta Omega Alpha Tau
"""
RESERVED = frozenset(_KEYWORDS.split()) | frozenset(_DISCIPLINES.split())
# Elements of simulators themselves (annex E): a module of the same name would be taken for one of them.
_ELEMENTS = """
resistor capacitor inductor iexp ipulse ipwl isine vexp vpulse vpwl vsine tline vccs vcvs ccvs cccs vsource isource
diode bjt mosfet jfet mesfet
"""
ELEMENTS = frozenset(_ELEMENTS.split())


@dataclass(eq=False)
class Identifiers:
    """Names of one module, or of modules: each given once, as near to ours as may be.

    Attributes:
        taken: those that are given, or that nobody may have.
        changed: ours and theirs, where more than dots and brackets differ.
    """

    taken: set[str] = field(default_factory=lambda: set(RESERVED))
    changed: dict[str, str] = field(default_factory=dict)

    def of(self, wanted: str) -> str:
        """A name: letters, digits and `_`, with one more `_` where it would clash."""
        plain = re.sub(r"[^A-Za-z0-9_]", "_", wanted.replace("]", "").replace("[", "_").replace(",", "_"))
        plain = plain if plain[:1].isalpha() or plain[:1] == "_" else f"_{plain}"
        found = plain
        while found in self.taken:
            found += "_"
        self.taken.add(found)
        if found != plain or not wanted.isascii():
            self.changed[wanted] = found
        return found
