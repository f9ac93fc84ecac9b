"""The lines of a netlist."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from neurodyn.exports.edges import Stacked
from neurodyn.exports.expressions import opposite
from neurodyn.exports.spice.cards import element
from neurodyn.exports.spice.layout import RATE, Placed, Sheet
from neurodyn.exports.spice.netlist import Netlist, Wave
from neurodyn.exports.spice.resets import MARGIN, REST, SET, WIDTH, Reset, Timer
from neurodyn.exports.spice.settings import joined
from neurodyn.exports.spice.sources import digits
from neurodyn.exports.spice.written import Written
from neurodyn.system.signals import Constant, Signal


def netlist(sheet: Sheet) -> Netlist:
    """The netlist of a sheet."""
    written = Written.of(sheet)
    waves = dict(_waves(sheet))
    body = [
        *(line for placed in sheet.placed for line in _device(placed, written)),
        *_states(written),
        *_switches(written),
        *_unknowns(written),
        *_rates(written),
        *_observed(written, waves),
        *_inputs(written, waves),
    ]
    notes = (*sheet.settings.notes, *_renamed(sheet))
    events = {
        ours: Wave(f"v({node.lower()})", 1.0)
        for name, nodes in sheet.timers.items()
        for ours, (node, _) in zip(sheet.elements(name), nodes, strict=True)
    }
    raw = re.sub(r"[^A-Za-z0-9_]", "_", sheet.system.name) + ".raw"
    lines = [
        *_head(sheet, notes),
        *body,
        *written.lines,
        *_analysis(sheet, [*waves.values(), *events.values()], raw),
        "",
    ]
    signals = {name: s for name in sheet.sources if (s := _finite(sheet, name)) is not None}
    edges, clock = sheet.settings.edges, sheet.settings.clock
    return Netlist(sheet.system, "\n".join(lines), waves, events, signals, edges, clock, raw, notes)


def _head(sheet: Sheet, notes: tuple[str, ...]) -> list[str]:
    summary = sheet.system.model.summary
    title = f"* {sheet.system.name}: {summary}" if summary else f"* {sheet.system.name}"
    return [title.replace("\n", " "), "* written by neurodyn; numbers are in SI units", *(f"* {n}" for n in notes)]


def _renamed(sheet: Sheet) -> list[str]:
    changed = ", ".join(f"{ours} is {theirs}" for ours, theirs in sheet.nodes.changed.items())
    return [f"ngspice tells no capitals and knows few signs, so {changed}"] if changed else []


def _device(placed: Placed, written: Written) -> Iterator[str]:
    """The cards of a device, or its pins as behavioural sources."""
    device, sheet = placed.device, written.sheet
    if placed.rule is None:
        yield from _pins(placed, written)
        return
    inputs = {}
    for name in device.model.inputs:
        full = device.own(name)
        if sheet.is_plain(full):
            inputs[name] = sheet.sources[full][0].card(sheet.settings.edges, sheet.settings.clock)
        else:
            text = written.source(sheet.sources[full][0], 0) if full in sheet.sources else written.texts[full][0]
            inputs[name] = f"{placed.rule.letter}={text}"
    yield from placed.rule.cards(element(device, placed.label, sheet.node, sheet.system.values, sheet.start, inputs))


def _pins(placed: Placed, written: Written) -> Iterator[str]:
    """The current into each pin; between two pins, if what enters at one leaves at the other."""
    device, sheet = placed.device, written.sheet
    texts = {pin: written.texts[device.own(f"{pin}.i")][0] for pin in device.pins}
    if len(texts) == 2:
        (first, one), (second, other) = texts.items()
        if opposite(one, other):
            (first, one), (second, other) = (second, other), (first, one)
        if opposite(other, one):
            nodes = f"{sheet.node(device.pins[first])} {sheet.node(device.pins[second])}"
            yield f"{sheet.cards.of(device.name, 'B')} {nodes} I={one}"
            return
    for pin, text in texts.items():
        if text != "0":
            yield f"{sheet.cards.of(f'{device.name}.{pin}', 'B')} {sheet.node(device.pins[pin])} 0 I={text}"


def _states(written: Written) -> Iterator[str]:
    """A capacitor of 1 F for each state, charged by its rate."""
    sheet = written.sheet
    for name, nodes in sheet.own.items():
        if name not in sheet.system.model.states:
            continue
        begins = sheet.begins(name)
        for k, node in enumerate(nodes):
            scale = sheet.scale(name, k)
            yield f"{sheet.cards.of(node, 'C')} {node} 0 1 IC={digits(begins[k])}"
            factor, text = sheet.settings.clock.unit / scale, written.texts[RATE + name][k]
            yield f"{sheet.cards.of(node, 'B')} 0 {node} I={_acted(written, name, k, _times(factor, text))}"


def _acted(written: Written, state: str, k: int, rate: str) -> str:
    """The rate of a state, in volts of its node, with what events do to it."""
    sheet = written.sheet
    for reset in sheet.resets:
        value = written.texts.get(f"{state} {SET}{reset.name}", ["0"])
        place, scale = f"V({sheet.own[state][k]})", sheet.scale(state, k)
        if state in {*reset.drawn, *reset.added, *reset.held}:
            rate = _timer(written, reset, k).rate(
                reset, state, place, rate, _times(1 / scale, value[min(k, len(value) - 1)])
            )
    return rate


def _timer(written: Written, reset: Reset, k: int) -> Timer:
    """The nodes of a unit of an event, with the times in seconds of ngspice."""
    sheet, rests = written.sheet, written.texts.get(REST + reset.name)
    unit, edges = sheet.settings.clock.unit, sheet.settings.edges
    width = digits(WIDTH * (edges.t1 - edges.t0) / unit)
    return Timer(*sheet.timers[reset.name][k], width, _times(1 / unit, rests[k]) if rests else width)


def _switches(written: Written) -> Iterator[str]:
    """What decides when each unit of an event happens."""
    sheet = written.sheet
    for reset in sheet.resets:
        for k, (node, _) in enumerate(sheet.timers[reset.name]):
            margin = _times(1 / sheet.scale(reset.scaled, k), written.texts[MARGIN + reset.name][k])
            control, on = (sheet.nodes.of(f"{node}_{word}", told=False) for word in ("control", "on"))
            yield from _timer(written, reset, k).cards(margin, control, on, sheet.cards.of)


def _times(factor: float, text: str) -> str:
    return text if factor == 1.0 else f"{digits(factor)}*({text})"


def _unknowns(written: Written) -> Iterator[str]:
    """A node for each unknown, at which the current that a constraint says must vanish."""
    sheet = written.sheet
    nodes = [node for name in sheet.free for node in sheet.own[name]]
    texts = [text for name in sheet.constraints() for text in written.texts[name]]
    for node, text in zip(nodes, texts, strict=True):
        yield f"{sheet.cards.of(node, 'B')} {node} 0 I={text}"


def _rates(written: Written) -> Iterator[str]:
    """A capacitor of 1 F at the voltage of what is differentiated."""
    for name, rate in written.rates.items():
        node = written.sheet.nodes.of(rate.card.removeprefix("B"))
        yield f"{rate.card} {node} 0 V={_times(1 / rate.size, written.texts[name][0])}"
        yield f"{written.sheet.cards.of(node, 'C')} {node} 0 1 IC={digits(rate.start / rate.size)}"


def _observed(written: Written, waves: dict[str, Wave]) -> Iterator[str]:
    """A node for each number of an observable that the bench records."""
    sheet = written.sheet
    for name in sheet.recorded:
        if name in sheet.sources or name not in written.texts:
            continue
        for text, ours in zip(written.texts[name], sheet.elements(name), strict=True):
            node = sheet.nodes.of(ours)
            waves[ours] = Wave(f"v({node.lower()})", 1.0)
            yield f"{sheet.cards.of(node, 'B')} {node} 0 V={text}"


def _inputs(written: Written, waves: dict[str, Wave]) -> Iterator[str]:
    """A source for each number of an input that is read or recorded."""
    sheet = written.sheet
    for (name, k), node in written.inputs.items():
        source = sheet.sources[name][k]
        if name in sheet.recorded:
            waves[source.name] = Wave(f"v({node.lower()})", 1.0)
        if name in sheet.driven:
            continue
        if source.is_plain:
            yield f"{sheet.cards.of(node, 'V')} {node} 0 {source.card(sheet.settings.edges, sheet.settings.clock)}"
        else:
            yield f"{sheet.cards.of(node, 'B')} {node} 0 V={written.source(source, k)}"


def _waves(sheet: Sheet) -> Iterator[tuple[str, Wave]]:
    """The vector of each state and unknown."""
    for name, node in sheet.potentials.items():
        yield name, Wave(f"v({node.lower()})", 1.0)
    for name, card in sheet.currents.items():
        yield name, Wave(f"i({card.lower()})", 1.0)
    for name, nodes in sheet.own.items():
        for k, node in enumerate(nodes):
            yield sheet.element(name, k), Wave(f"v({node.lower()})", sheet.scale(name, k))


def _analysis(sheet: Sheet, waves: Sequence[Wave], raw: str) -> list[str]:
    """Tolerances, the start, what is saved, and the commands of a run."""
    settings = sheet.settings
    clock, edges = settings.clock, settings.edges
    begun = {node: float(sheet.start[name]) for name, node in sheet.potentials.items() if name in sheet.start}
    if sheet.resets:  # else thresholds are crossed while ngspice looks for where states are
        begun |= {n: v for name in sheet.own for n, v in zip(sheet.own[name], sheet.begins(name), strict=True)}
        begun |= dict.fromkeys((time for timers in sheet.timers.values() for _, time in timers), 1.0)
    held = [f"V({node})={digits(value)}" for node, value in begun.items() if value]
    return [
        f".options reltol={digits(settings.rtol)} abstol=1e-15 vntol=1e-10 chgtol={sheet.charge:.3g} gmin=1e-15",
        ".options method=trap trtol=1",
        *(joined(held, ".ic") if held else ()),
        *joined(list(dict.fromkeys(w.vector for w in waves)), ".save"),
        f".tran {clock.span(settings.step / 10)} {clock.of(edges.t1)} 0 {clock.span(settings.step)} uic",
        ".control",
        "set filetype=ascii",
        "run",
        f"write {raw}",
        "quit",
        ".endc",
        ".end",
    ]


def _finite(sheet: Sheet, name: str) -> Signal | None:
    """An input with the edges of the netlist; None where it stands still."""
    own = [source.signal for source in sheet.sources[name]]
    if all(isinstance(signal, Constant) for signal in own):
        return None
    shape = sheet.shape(name)
    return Stacked(tuple(own), shape) if shape else own[0]
