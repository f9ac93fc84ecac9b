"""What a circuit does with energy, device by device and along a run, on one screen."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp

from neurodyn.analysis.as_text import AsText
from neurodyn.analysis.power.balance import RTOL, Balance, balance, is_known
from neurodyn.analysis.power.leaves import leaves
from neurodyn.analysis.power.passive import Passivity, passivity
from neurodyn.analysis.verdict import Verdict
from neurodyn.errors import InputError
from neurodyn.language.spell import spell
from neurodyn.model.model import Model
from neurodyn.system.system import System

WIDTH = 100
PASSIVE = (Verdict.PROVED, Verdict.SEARCHED)


@dataclass(frozen=True, eq=False)
class Device:
    """What is known of one device.

    Attributes:
        name, model: what it is called in the circuit, and of which model it is.
        stored, lost: the energy that it stores and the power that it dissipates, in its own names.
        passivity: whether it is passive.
    """

    name: str
    model: str
    stored: str
    lost: str
    passivity: Passivity

    @property
    def gives(self) -> bool:
        """Whether its power counts as supplied: that of sources, and of devices that are not passive."""
        return self.passivity.verdict not in PASSIVE


@dataclass(frozen=True, eq=False, repr=False)
class PowerReport(AsText):
    """The energy of a circuit.

    Attributes:
        devices: those that are not made of others.
        balance: what was supplied, stored and dissipated along a run; None where it was not asked.
        unknown: devices whose dissipated power holds rates: with one of them there is no balance.
    """

    system: System
    devices: tuple[Device, ...]
    balance: Balance | None
    unknown: tuple[str, ...]

    def __str__(self) -> str:
        head = f"{self.system.name}: {self.system.model.summary}"
        return "\n\n".join([head, _laws(self.devices), _table(self), *_told(self)])

    def plot(self) -> Any:
        """Stored energy, powers and what is off in the balance, over time: a matplotlib figure."""
        from neurodyn.results.display import drawn

        return drawn("power", self)

    def to_json(self) -> dict[str, Any]:
        """The report as plain data."""
        found: dict[str, Any] = {"model": self.system.name, "devices": [_plain(self, d) for d in self.devices]}
        if self.balance is not None:
            off = {"residual": float(np.abs(self.balance.residual).max()), "relative": self.balance.off}
            found["balance"] = {"stored": float(np.ptp(self.balance.stored)), **off, "rtol": self.balance.rtol}
        return found


def power(
    system: System | Model | str, *, run: bool = True, until: Any = None, rtol: float = RTOL, **asked: Any
) -> PowerReport:
    """What sources of a circuit supply, what its devices store and dissipate, and which of them are passive.

    Args:
        system: a system, or the name of a circuit.
        run: whether the balance is watched along a run too.
        until, asked: as of `simulate`; by default the bench of the circuit.
        rtol: the tolerance of the run.

    Raises:
        InputError: for a model that has no devices.
    """
    from neurodyn.system.build import built

    system = built(system)
    found = leaves(system)
    if not found:
        raise InputError(
            f"{system.name} has no devices with pins.",
            code="no-devices",
            remedy="Name a circuit, such as diode_clipper.",
            place=system.model.locate("", "parts").place(0),
        )
    devices = tuple(
        Device(x.name, x.model.name, spell(x.stored), spell(sp.factor(x.dissipated())), passivity(x)) for x in found
    )
    unknown = tuple(x.name for x in found if not is_known(x))
    watched = None
    if run and not unknown:
        watched = balance(
            system, [(x, d.gives) for x, d in zip(found, devices, strict=True)], until=until, rtol=rtol, **asked
        )
    return PowerReport(system, devices, watched, unknown)


def _laws(devices: tuple[Device, ...]) -> str:
    """What each kind of device stores and dissipates, in its own names."""
    lines = []
    for model, one in {d.model: d for d in devices}.items():
        verb = "takes" if one.gives else "dissipates"
        text = f"{model}: {verb} {one.lost}" + (f", stores {one.stored}" if one.stored != "0" else "")
        lines += textwrap.wrap(text, WIDTH, initial_indent="  ", subsequent_indent=" " * 6)
    return "devices, in their own names\n" + "\n".join(lines)


def _table(report: PowerReport) -> str:
    width = max(len(d.name) for d in report.devices)
    lines = []
    for d in report.devices:
        spent = _spent(report, d)
        verdict = "source" if d.passivity.verdict is None else f"passive: {str(d.passivity.verdict).upper()}"
        reason = "" if d.passivity.verdict is None else f", {d.passivity.reason}"
        lines.append(f"  {d.name:{width}s}  {spent:26s}  {verdict}{reason}{_witness(d.passivity.witness)}")
    return "along the run, and whether devices are passive\n" + "\n".join(lines)


def _witness(found: Mapping[str, float]) -> str:
    return f" at {', '.join(f'{n} = {v:.3g}' for n, v in found.items())}" if found else ""


def _spent(report: PowerReport, device: Device) -> str:
    if report.balance is None or device.name not in report.balance.energies:
        return "stores" if device.stored != "0" else ""
    return f"{'gave' if device.gives else 'dissipated'} {report.balance.energies[device.name]:.4g} J"


def _told(report: PowerReport) -> list[str]:
    found = report.balance
    if found is None:
        why = ", ".join(report.unknown)
        return [f"no balance: rates stay in the dissipated power of {why}"] if why else []
    gave = sum(found.energies[d.name] for d in report.devices if d.gives and d.name in found.energies)
    lost = sum(found.energies[d.name] for d in report.devices if not d.gives and d.name in found.energies)
    more = found.stored[-1] - found.stored[0]
    return [
        f"balance: {gave:.6g} J supplied = {more:.6g} J stored + {lost:.6g} J dissipated\n"
        f"  off by {np.abs(found.residual).max():.2g} J at most, {found.off:.1e} of what went through (rtol "
        f"{found.rtol:g})"
    ]


def _plain(report: PowerReport, device: Device) -> dict[str, Any]:
    spent = report.balance.energies.get(device.name) if report.balance else None
    verdict = None if device.passivity.verdict is None else str(device.passivity.verdict)
    return {
        "name": device.name,
        "model": device.model,
        "stored": device.stored,
        "dissipated": device.lost,
        "passive": verdict,
        "reason": device.passivity.reason,
        "witness": dict(device.passivity.witness),
        "energy": spent,
    }
