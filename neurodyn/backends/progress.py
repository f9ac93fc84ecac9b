"""A progress bar for long work, and for runs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, Self

from neurodyn.backends.plan import Plan


class Bar:
    """A bar on standard error, from one second on; none where standard error is not a terminal."""

    def __init__(self, name: str, total: float, wanted: bool | None = None) -> None:
        self._name, self._total, self._wanted = name, total, wanted
        self._bar: Any = None

    def __enter__(self) -> Self:
        if self._wanted is not False and sys.stderr is not None and sys.stderr.isatty():
            from tqdm import tqdm

            self._bar = tqdm(
                desc=self._name,
                total=self._total,
                delay=1.0,
                leave=False,
                file=sys.stderr,
                bar_format="{desc} {percentage:3.0f}% {bar} {elapsed} < {remaining} {postfix}",
            )
        return self

    def to(self, done: float) -> None:
        """So much is done in all."""
        if self._bar is not None:
            self._bar.update(min(done, self._total) - self._bar.n)

    def more(self, total: float) -> None:
        """So much has come to light that is to be done too."""
        self._total += total
        if self._bar is not None:
            self._bar.total = self._total

    def doing(self, what: str) -> None:
        """What is at work now."""
        if self._bar is not None:
            self._bar.set_postfix_str(what)

    def part(self, begin: float, end: float) -> Callable[[float], None]:
        """Tells the bar of the share, 0 to 1, that is done of the work between two places on it."""
        return lambda share: self.to(begin + share * (end - begin))

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()


class Progress(Bar):
    """The bar of a run."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan.system.name, abs(plan.until - plan.t0), plan.progress)
        self.plan = plan

    def at(self, t: float) -> None:
        """The run has come to time t."""
        self.to(abs(t - self.plan.t0))


class Share(Progress):
    """The share of one of several runs that go one after the other in the bar of all of them."""

    def __init__(self, whole: Progress, number: int, count: int) -> None:
        super().__init__(whole.plan)
        self._whole, self._number, self._count = whole, number, count

    def at(self, t: float) -> None:
        span = self.plan.until - self.plan.t0
        self._whole.at(self.plan.t0 + (self._number * span + t - self.plan.t0) / self._count)
