"""The functions of time of sources, as signals of the language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from math import pi, sin
from typing import NoReturn

from neurodyn.model.spice.cards import Token
from neurodyn.model.spice.numbers import bracketed, quantity, shortest

MANY = 1_000_000_000  # periods: more than any run has
MOST_POINTS = 200


@dataclass(frozen=True)
class Span:
    """What `.tran` says, which are defaults of sources; 0 where there is none."""

    step: float = 0.0
    stop: float = 0.0


@dataclass(frozen=True)
class Wave:
    """A function of a source with its arguments.

    Attributes:
        name: the word that calls it.
        given: its arguments, in SI units.
        unit: V or A.
    """

    name: Token
    given: tuple[float, ...]
    unit: str
    span: Span

    def text(self) -> str:
        """The signal, as a file of the language writes it."""
        word = self.name.low
        if word == "pwl":
            return self._lines()
        names = ARGUMENTS[word]
        if not 2 <= len(self.given) <= len(names):
            sentence = f"{word.upper()} takes from 2 to {len(names)} numbers, not {len(self.given)}."
            self._fail(sentence, f"They are: {' '.join(names)}.")
        told = dict(zip(names, self.given, strict=False))
        if any(told.get(name, 0) < 0 for name in ("td", "td1", "td2", "tr", "tf", "pw", "per", "np", "freq")):
            self._fail(f"A time of {word.upper()} is below 0.", "Give times from 0 on.")
        return {"pulse": self._pulse, "sin": self._sine, "exp": self._rise}[word](told)

    def _fail(self, sentence: str, remedy: str) -> NoReturn:
        self.name.fail("spice-wave", sentence, remedy)

    def _value(self, number: float | Decimal) -> str:
        return bracketed(float(number), self.unit)

    def _default(self, told: Mapping[str, float], name: str, default: float, word: str) -> Decimal:
        """An argument, whose 0 means the default; that may be one of `.tran`, which must be there then."""
        value = told.get(name, 0.0) or default
        if not value:
            self._fail(
                f"{name.upper()} is 0 or not given, and would be the {word} of .tran.", "Give it, or write .tran."
            )
        return shortest(value)

    def _pulse(self, told: Mapping[str, float]) -> str:
        low, high, delay = shortest(told["v1"]), shortest(told["v2"]), shortest(told.get("td", 0.0))
        rise = self._default(told, "tr", self.span.step, "step")
        fall = self._default(told, "tf", self.span.step, "step")
        width = self._default(told, "pw", self.span.stop, "end")
        if not told.get("per"):
            return self._over(low, self._pulse_at(delay, rise, width, fall, high - low))
        period, length = shortest(told["per"]), rise + width + fall
        before = int(delay / period)
        late = delay - before * period
        train = self._pulse_at(late, rise, width, fall, high - low)
        if late + length > period:
            earlier = self._pulse_at(late - period, rise, width, fall, high - low)
            if length > period:  # a pulse that is cut off by the next one
                cut = bracketed(float(late), "s")
                train = f"({train})*window({cut}, {_s(period)})"
                earlier = f"({earlier})*window(0[s], {cut})" if late else ""
            train = f"{train} + {earlier}" if earlier else train
        count = int(told.get("np", 0)) or MANY
        text = f"repeat({train}, period={_s(period)}, count={MANY if count == MANY else before + count + 1})"
        stop = delay + count * period
        if count != MANY:
            text = f"{text}*window({_s(delay)}, {_s(stop)})"
        elif before or late + length > period:
            text = f"{text}*step({_s(delay)})" if delay else text
        return self._over(low, text)

    def _pulse_at(self, start: Decimal, rise: Decimal, width: Decimal, fall: Decimal, height: Decimal) -> str:
        up, flat, down = start + rise, start + rise + width, start + rise + width + fall
        ramps = [(start, up), (flat, down)]
        first, second = (f"ramp({_s(a)}, {_s(b)}, {self._value(0)}, {self._value(height)})" for a, b in ramps)
        return f"{first} - {second}"

    def _over(self, low: Decimal, text: str) -> str:
        return f"{self._value(low)} + {text}" if low else text

    def _sine(self, told: Mapping[str, float]) -> str:
        offset, size, delay = told["vo"], told["va"], told.get("td", 0.0)
        frequency = told.get("freq") or (1 / self.span.stop if self.span.stop else 0.0)
        self._default({"freq": frequency}, "freq", 0.0, "end")
        phase, decay = told.get("phase", 0.0) * pi / 180, told.get("theta", 0.0)
        since = f"(t - {bracketed(delay, 's')})" if delay else "t"
        angle = f"2*pi*{bracketed(frequency, 'Hz')}*{since}" + (f" + {phase!r}" if phase else "")
        wave = f"{self._value(size)}*sin({angle})"
        if decay:
            wave += f"*exp(-{decay!r}[1/s]*{f'max{since[:-1]}, 0[s])' if delay else since})"
        if not delay:
            return self._over(shortest(offset), wave)
        rest, begin = size * sin(phase), bracketed(delay, "s")  # what it is before it begins
        text = f"({wave})*step({begin})" + (f" - step({begin}, {self._value(rest)})" if rest else "")
        return self._over(shortest(offset + rest), text)

    def _rise(self, told: Mapping[str, float]) -> str:
        low, high = shortest(told["v1"]), shortest(told["v2"])
        begin = self._default(told, "td1", self.span.step, "step")
        back = shortest(told.get("td2", 0.0)) or begin + shortest(self.span.step)
        taus = [self._default(told, f"tau{k}", self.span.step, "step") for k in (1, 2)]
        up, down = (
            f"{self._value(high - low)}*(-expm1(-max(t - {_s(at)}, 0[s])/{_s(tau)}))*step({_s(at)})"
            for at, tau in zip((begin, back), taus, strict=True)
        )
        return self._over(low, f"{up} - {down}")

    def _lines(self) -> str:
        if len(self.given) < 2 or len(self.given) % 2:
            self._fail("PWL has a time and a value for each of its points.", "Write PWL(0 0 1m 5).")
        points = [(shortest(t), shortest(v)) for t, v in zip(self.given[::2], self.given[1::2], strict=True)]
        if len(points) > MOST_POINTS:
            self._fail(f"PWL has {len(points)} points; at most {MOST_POINTS} are read.", "Leave some out.")
        texts = []
        for (t, v), (after, value) in pairwise(points):
            if after <= t:
                self._fail(f"The times of PWL do not grow from {float(t):g} s on.", "Write each later than the last.")
            if value != v:
                texts.append(f"ramp({_s(t)}, {_s(after)}, {self._value(0)}, {self._value(value - v)})")
        first = points[0][1]
        return self._over(first, " + ".join(texts)) if texts else quantity(float(first), self.unit)


ARGUMENTS: Mapping[str, Sequence[str]] = {
    "pulse": ("v1", "v2", "td", "tr", "tf", "pw", "per", "np"),
    "sin": ("vo", "va", "freq", "td", "theta", "phase"),
    "exp": ("v1", "v2", "td1", "tau1", "td2", "tau2"),
    "pwl": (),
}


def _s(time: Decimal) -> str:
    return bracketed(float(time), "s")
