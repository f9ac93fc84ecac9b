"""A progress bar for long runs."""

from __future__ import annotations

import sys
from typing import Any

from neurodyn.backends.plan import Plan


class Progress:
    """A bar on standard error, from one second on; none where standard error is not a terminal."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._bar: Any = None

    def __enter__(self) -> Progress:
        if self.plan.progress and sys.stderr is not None and sys.stderr.isatty():
            from tqdm import tqdm

            self._bar = tqdm(
                desc=self.plan.system.name,
                total=abs(self.plan.until - self.plan.t0),
                delay=1.0,
                leave=False,
                file=sys.stderr,
                bar_format="{desc} {percentage:3.0f}% {bar} {elapsed} < {remaining}",
            )
        return self

    def at(self, t: float) -> None:
        """The run has come to time t."""
        if self._bar is not None:
            self._bar.update(min(abs(t - self.plan.t0), self._bar.total) - self._bar.n)

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()


class Share(Progress):
    """The share of one of several runs that go one after the other in the bar of all of them."""

    def __init__(self, whole: Progress, number: int, count: int) -> None:
        super().__init__(whole.plan)
        self._whole, self._number, self._count = whole, number, count

    def at(self, t: float) -> None:
        span = self.plan.until - self.plan.t0
        self._whole.at(self.plan.t0 + (self._number * span + t - self.plan.t0) / self._count)
