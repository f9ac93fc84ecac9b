"""Standard neuron models as users of Brian2 write them: equations, threshold, reset, namespace, method."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from brian2 import amp, cm, mS, ms, mV, nA, nS, pA, pF, second, uA, uF, um, volt

UNITS = 4  # of each group


@dataclass(frozen=True)
class Standard:
    """One model.

    Attributes:
        spread: parameters and starts that differ from unit to unit: the first and the last value.
        around: the range of states in which the right sides are compared.
        until, dt: of the run in which spikes are compared, in ms.
    """

    equations: str
    namespace: Mapping[str, Any]
    threshold: str | None
    reset: str | None = None
    refractory: Any = None
    method: str = "euler"
    spread: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    around: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    until: float = 60
    dt: float = 0.1


area = 20000 * um**2
MODELS: dict[str, Standard] = {}

MODELS["lif"] = Standard(
    """
    dv/dt = (El - v + R*I)/tau : volt (unless refractory)   # membrane
    I : amp (constant)
    """,
    dict(El=-70 * mV, R=100e6 * volt / amp, tau=20 * ms, Vt=-50 * mV, Vr=-65 * mV),
    "v > Vt",
    "v = Vr",
    2 * ms,
    method="exact",
    spread={"v": (-70 * mV, -60 * mV), "I": (0.19 * nA, 0.4 * nA)},
    around={"v": (-80 * mV, -50 * mV), "I": (0 * nA, 1 * nA)},
)
MODELS["exponential_if"] = Standard(
    """
    dv/dt = (gL*(EL - v) + gL*DeltaT*exp((v - VT)/DeltaT) + I)/C : volt (unless refractory)
    I : amp
    """,
    dict(C=281 * pF, gL=30 * nS, EL=-70.6 * mV, VT=-50.4 * mV, DeltaT=2 * mV, Vcut=-30 * mV),
    "v > Vcut",
    "v = EL",
    "3*ms",
    spread={"v": (-70 * mV, -55 * mV), "I": (0.6 * nA, 1.2 * nA)},
    around={"v": (-80 * mV, -40 * mV), "I": (0 * nA, 1 * nA)},
)
MODELS["adex"] = Standard(
    """
    dvm/dt = (gL*(EL - vm) + gL*DeltaT*exp((vm - VT)/DeltaT) + I - w)/C : volt
    dw/dt = (a*(vm - EL) - w)/tauw : amp
    I : amp
    """,
    dict(
        C=281 * pF, gL=30 * nS, EL=-70.6 * mV, VT=-50.4 * mV, DeltaT=2 * mV, tauw=144 * ms, a=4 * nS, b=0.0805 * nA,
        Vr=-70.6 * mV, Vcut=-40.4 * mV,
    ),
    "vm > Vcut",
    "vm = Vr; w += b",
    spread={"vm": (-70 * mV, -60 * mV), "I": (0.8 * nA, 1.5 * nA)},
    around={"vm": (-80 * mV, -40 * mV), "w": (0 * pA, 500 * pA), "I": (0 * nA, 1 * nA)},
    until=100,
)  # fmt: skip
MODELS["quadratic_if"] = Standard(
    """
    dv/dt = (a0*(v - Vrest)*(v - Vc) + R*I)/tau : volt
    I : amp (constant)
    """,
    dict(a0=0.04 / mV, Vrest=-65 * mV, Vc=-50 * mV, R=100e6 * volt / amp, tau=10 * ms),
    "v > 30*mV",
    "v = Vrest",
    spread={"v": (-65 * mV, -55 * mV), "I": (30 * pA, 100 * pA)},
    around={"v": (-80 * mV, 0 * mV), "I": (0 * pA, 100 * pA)},
    until=100,
)
MODELS["izhikevich"] = Standard(
    """
    dv/dt = (0.04/ms/mV)*v**2 + (5/ms)*v + 140*mV/ms - u + I : volt
    du/dt = a*(b*v - u) : volt/second
    I : volt/second
    """,
    dict(a=0.02 / ms, b=0.2 / ms, c=-65 * mV, d=8 * mV / ms),
    "v > 30*mV",
    """
    v = c
    u += d
    """,
    spread={"v": (-70 * mV, -60 * mV), "u": (-14 * mV / ms, -12 * mV / ms), "I": (8 * mV / ms, 20 * mV / ms)},
    around={"v": (-80 * mV, 30 * mV), "u": (-20 * volt / second, 0 * volt / second), "I": (0 * mV / ms, 9 * mV / ms)},
    until=150,
)
MODELS["traub_miles"] = Standard(
    """
    dv/dt = (gl*(El-v)+ge*(Ee-v)+gi*(Ei-v)-
             g_na*(m*m*m)*h*(v-ENa)-
             g_kd*(n*n*n*n)*(v-EK))/Cm : volt
    dm/dt = alpha_m*(1-m)-beta_m*m : 1
    dn/dt = alpha_n*(1-n)-beta_n*n : 1
    dh/dt = alpha_h*(1-h)-beta_h*h : 1
    dge/dt = -ge*(1./taue) : siemens
    dgi/dt = -gi*(1./taui) : siemens
    alpha_m = 0.32*(mV**-1)*4*mV/exprel((13*mV-v+VT)/(4*mV))/ms : Hz
    beta_m = 0.28*(mV**-1)*5*mV/exprel((v-VT-40*mV)/(5*mV))/ms : Hz
    alpha_h = 0.128*exp((17*mV-v+VT)/(18*mV))/ms : Hz
    beta_h = 4./(1+exp((40*mV-v+VT)/(5*mV)))/ms : Hz
    alpha_n = 0.032*(mV**-1)*5*mV/exprel((15*mV-v+VT)/(5*mV))/ms : Hz
    beta_n = .5*exp((10*mV-v+VT)/(40*mV))/ms : Hz
    """,
    dict(
        Cm=(1 * uF * cm**-2) * area, gl=(0.05 * mS * cm**-2) * area, El=-60 * mV, EK=-90 * mV, ENa=50 * mV,
        g_na=(100 * mS * cm**-2) * area, g_kd=(30 * mS * cm**-2) * area, VT=-63 * mV, taue=5 * ms, taui=10 * ms,
        Ee=0 * mV, Ei=-80 * mV,
    ),
    "v > -20*mV",
    None,
    3 * ms,
    method="exponential_euler",
    spread={"v": (-65 * mV, -55 * mV), "ge": (20 * nS, 100 * nS), "gi": (0 * nS, 40 * nS)},
    around={
        "v": (-80 * mV, 30 * mV), "m": (0, 1), "n": (0, 1), "h": (0, 1), "ge": (0 * nS, 9 * nS), "gi": (0 * nS, 9 * nS)
    },
    dt=0.05,
)  # fmt: skip
MODELS["hodgkin_huxley"] = Standard(
    """
    dv/dt = (I - gNa*m**3*h*(v - ENa) - gK*n**4*(v - EK) - gL*(v - EL))/C : volt
    dm/dt = am*(1 - m) - bm*m : 1
    dh/dt = ah*(1 - h) - bh*h : 1
    dn/dt = an*(1 - n) - bn*n : 1
    am = 1/ms/exprel(-(v + 40*mV)/(10*mV)) : Hz
    bm = 4/ms*exp(-(v + 65*mV)/(18*mV)) : Hz
    ah = 0.07/ms*exp(-(v + 65*mV)/(20*mV)) : Hz
    bh = 1/ms/(1 + exp(-(v + 35*mV)/(10*mV))) : Hz
    an = 0.1/ms/exprel(-(v + 55*mV)/(10*mV)) : Hz
    bn = 0.125/ms*exp(-(v + 65*mV)/(80*mV)) : Hz
    I : amp/meter**2
    """,
    dict(
        C=1 * uF / cm**2, gNa=120 * mS / cm**2, gK=36 * mS / cm**2, gL=0.3 * mS / cm**2, ENa=50 * mV, EK=-77 * mV,
        EL=-54.387 * mV,
    ),
    "v > 0*mV",
    None,
    "v > 0*mV",
    method="rk4",
    spread={"v": (-65 * mV, -60 * mV), "n": (0.3, 0.35), "h": (0.6, 0.5), "I": (5 * uA / cm**2, 30 * uA / cm**2)},
    around={"v": (-80 * mV, 30 * mV), "m": (0, 1), "n": (0, 1), "h": (0, 1), "I": (0 * uA / cm**2, 9 * uA / cm**2)},
    dt=0.05,
    until=25,
)  # fmt: skip
MODELS["morris_lecar"] = Standard(
    """
    dv/dt = (I - gL*(v - VL) - gCa*m_inf*(v - VCa) - gK*w*(v - VK))/C : volt
    dw/dt = phi*(w_inf - w)/tau_w : 1
    m_inf = 0.5*(1 + tanh((v - V1)/V2)) : 1
    w_inf = 0.5*(1 + tanh((v - V3)/V4)) : 1
    tau_w = ms/cosh((v - V3)/(2*V4)) : second
    I : amp/meter**2
    """,
    dict(
        C=20 * uF / cm**2, gL=2 * mS / cm**2, gCa=4.4 * mS / cm**2, gK=8 * mS / cm**2, VL=-60 * mV, VCa=120 * mV,
        VK=-84 * mV, V1=-1.2 * mV, V2=18 * mV, V3=2 * mV, V4=30 * mV, phi=0.04,
    ),
    "v > 0*mV",
    None,
    "v > 0*mV",
    method="rk2",
    spread={"v": (-40 * mV, -20 * mV), "I": (80 * uA / cm**2, 140 * uA / cm**2)},
    around={"v": (-80 * mV, 40 * mV), "w": (0, 1), "I": (0 * uA / cm**2, 90 * uA / cm**2)},
    until=250,
    dt=0.2,
)  # fmt: skip
MODELS["fitzhugh_nagumo"] = Standard(
    """
    dv/dt = (v - v**3/3 - w + I)/ms : 1
    dw/dt = eps*(v + a - b*w)/ms : 1
    I : 1
    """,
    dict(eps=0.08, a=0.7, b=0.8),
    "v > 1",
    None,
    "v > 1",
    method="rk4",
    spread={"v": (-1.2, 0.5), "I": (0.3, 1)},
    around={"v": (-2, 2), "w": (-1, 2), "I": (0, 1)},
    until=150,
)
MODELS["hindmarsh_rose"] = Standard(
    """
    dx/dt = (y - a*x**3 + b*x**2 - z + I)/ms : 1
    dy/dt = (c - d*x**2 - y)/ms : 1
    dz/dt = r*(s*(x - x_r) - z)/ms : 1
    I : 1
    """,
    dict(a=1.0, b=3.0, c=1.0, d=5.0, r=0.006, s=4.0, x_r=-1.6),
    "x > 1",
    None,
    "x > 1",
    method="rk4",
    spread={"x": (-1.6, 0), "I": (2, 3.3)},
    around={"x": (-2, 2), "y": (-10, 1), "z": (0, 4), "I": (0, 4)},
    until=150,
    dt=0.05,
)
MODELS["wang_buzsaki"] = Standard(
    """
    dv/dt = (-gNa*m**3*h*(v-ENa) - gK*n**4*(v-EK) - gL*(v-EL) + Iapp)/Cm : volt
    m = alpha_m/(alpha_m+beta_m) : 1
    alpha_m = 0.1/mV*10*mV/exprel(-(v+35*mV)/(10*mV))/ms : Hz
    beta_m = 4*exp(-(v+60*mV)/(18*mV))/ms : Hz
    dh/dt = 5*(alpha_h*(1-h)-beta_h*h) : 1
    alpha_h = 0.07*exp(-(v+58*mV)/(20*mV))/ms : Hz
    beta_h = 1./(exp(-0.1/mV*(v+28*mV))+1)/ms : Hz
    dn/dt = 5*(alpha_n*(1-n)-beta_n*n) : 1
    alpha_n = 0.01/mV*10*mV/exprel(-(v+34*mV)/(10*mV))/ms : Hz
    beta_n = 0.125*exp(-(v+44*mV)/(80*mV))/ms : Hz
    Iapp : amp
    """,
    dict(Cm=1 * uF, gL=0.1 * mS, EL=-65 * mV, ENa=55 * mV, EK=-90 * mV, gNa=35 * mS, gK=9 * mS),
    "v > 0*mV",
    None,
    "v > 0*mV",
    method="rk4",
    spread={
        "v": (-70 * mV, -60 * mV),
        "h": (0.9, 0.6),
        "n": (0.1, 0.2),
        "Iapp": (0.5 * uA, 2 * uA),
    },
    around={"v": (-80 * mV, 30 * mV), "h": (0, 1), "n": (0, 1), "Iapp": (0 * nA, 1000 * nA)},
    dt=0.02,
    until=30,
)
MODELS["adaptive_threshold"] = Standard(
    """
    dv/dt = (El + drive - v)/tau : volt
    dvt/dt = (vt0 - vt)/taut : volt
    drive : volt (constant)
    """,
    dict(El=-70 * mV, tau=10 * ms, taut=15 * ms, vt0=-55 * mV),
    "v > vt",
    "v = El; vt += 3*mV",
    method="exact",
    spread={"v": (-70 * mV, -60 * mV), "vt": (-55 * mV, -55 * mV), "drive": (14 * mV, 40 * mV)},
    around={"v": (-80 * mV, -50 * mV), "vt": (-60 * mV, -40 * mV), "drive": (0 * mV, 9 * mV)},
)
MODELS["adaptation_current"] = Standard(
    """
    dv/dt = (gl*(El - v) - w + I)/C : volt (unless refractory)
    dw/dt = -w/tauw : amp
    I : amp
    """,
    dict(gl=10 * nS, El=-70 * mV, C=200 * pF, tauw=100 * ms, b=40 * pA, Vt=-50 * mV, Vr=-60 * mV),
    "v >= Vt",
    "v = Vr\nw = w + b*(1 + 0*v/Vr)",
    1 * ms,
    method="exact",
    spread={"v": (-70 * mV, -60 * mV), "I": (190 * pA, 500 * pA)},
    around={"v": (-80 * mV, -50 * mV), "w": (0 * pA, 100 * pA), "I": (0 * pA, 100 * pA)},
    until=120,
)
MODELS["cuba"] = Standard(
    """
    dv/dt = (ge + gi - (v - El))/taum : volt (unless refractory)
    dge/dt = -ge/taue : volt
    dgi/dt = -gi/taui : volt
    """,
    dict(taum=20 * ms, taue=5 * ms, taui=10 * ms, Vt=-50 * mV, Vr=-60 * mV, El=-49 * mV),
    "v > Vt",
    "v = Vr",
    5 * ms,
    method="exact",
    spread={"v": (-60 * mV, -50 * mV), "ge": (0 * mV, 20 * mV), "gi": (0 * mV, -5 * mV)},
    around={"v": (-80 * mV, -50 * mV), "ge": (0 * mV, 20 * mV), "gi": (-20 * mV, 0 * mV)},
    until=150,
)
MODELS["coba"] = Standard(
    """
    dv/dt = (gl*(El - v) + ge*(Ee - v) + gi*(Ei - v) + I)/Cm : volt (unless refractory)
    dge/dt = -ge/taue : siemens
    dgi/dt = -gi/taui : siemens
    """,
    dict(
        gl=10 * nS, El=-60 * mV, Ee=0 * mV, Ei=-80 * mV, Cm=200 * pF, taue=5 * ms, taui=10 * ms, I=200 * pA,
        Vt=-50 * mV,
    ),
    "v > Vt",
    "v = El",
    5 * ms,
    method="exponential_euler",
    spread={"v": (-60 * mV, -52 * mV), "ge": (0 * nS, 20 * nS), "gi": (10 * nS, 0 * nS)},
    around={"v": (-80 * mV, -50 * mV), "ge": (0 * nS, 20 * nS), "gi": (0 * nS, 20 * nS)},
    until=150,
)  # fmt: skip
MODELS["adex_conductances"] = Standard(
    """
    # the cell of Brette and Gerstner, driven like those of Destexhe
    dv/dt = (gL*(EL - v) + gL*DT*exp((v - VT)/DT) - w + Isyn + I)/C : volt (unless refractory)
    dw/dt = (a*(v - EL) - w)/tauw : amp
    dge/dt = -ge/taue : siemens
    dgi/dt = -gi/taui : siemens
    Isyn = ge*(Ee - v) + gi*(Ei - v) : amp (constant over dt)
    I : amp (shared)
    """,
    dict(
        C=200 * pF, gL=10 * nS, EL=-65 * mV, VT=-50 * mV, DT=2 * mV, tauw=500 * ms, a=4 * nS, b=20 * pA, taue=5 * ms,
        taui=5 * ms, Ee=0 * mV, Ei=-80 * mV, Vr=-65 * mV,
    ),
    "v > -40*mV",
    "v = Vr; w += b",
    5 * ms,
    spread={"v": (-65 * mV, -55 * mV), "ge": (0 * nS, 30 * nS), "gi": (10 * nS, 0 * nS), "I": (400 * pA, 400 * pA)},
    around={
        "v": (-80 * mV, -45 * mV), "w": (0 * pA, 90 * pA), "ge": (0 * nS, 9 * nS), "gi": (0 * nS, 9 * nS),
        "I": (200 * pA, 200 * pA),
    },
    until=150,
)  # fmt: skip
MODELS["noisy_lif"] = Standard(
    """
    dv/dt = (mu - v)/tau + sigma*sqrt(2/tau)*xi : volt (unless refractory)
    sigma : volt (constant)
    """,
    dict(mu=-40 * mV, tau=10 * ms, Vt=-50 * mV, Vr=-65 * mV),
    "v > Vt",
    "v = Vr",
    2 * ms,
    spread={"v": (-70 * mV, -60 * mV), "sigma": (0 * mV, 0 * mV)},
    around={"v": (-80 * mV, -50 * mV), "sigma": (0 * mV, 0 * mV)},
)
MODELS["odd"] = Standard(
    """
    dx/dt = (int(up and not low)*gain - x % 0.7 - floor(x) + ceil(x)//2 + sign(x)*clip(x, -1, 1) + f)/tau : 1
    dy/dt = (log10(abs(x) + 1) - arctan(y) + arcsin(0.3*sin(y)) - arccos(0.3*cos(y)) + sqrt(e) + pi*i/N)/tau : 1
    up = x > y : boolean
    low = (x < -0.5) or y <= -1 : boolean
    f = exp(-(x**2))*(-y)**3 - -x - (x - (y - 1)) + expm1(-x/10)*log1p(abs(y))/2*3 : 1
    gain : 1 (shared)
    tau = 1/(2*kHz) + 3*msecond + 1*metre2*kgram/newton/metre/second : second (shared)
    """,
    {},
    None,
    spread={"gain": (0.5, 0.5)},
    around={"x": (-2, 2), "y": (-2, 2), "gain": (0.5, 0.5)},
)
