"""A bar on long work with starts."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any


class Bar:
    """A bar on standard error, from one second on; none where that is no terminal."""

    def __init__(self, name: str, total: int, wanted: bool | None) -> None:
        self._name, self._total, self._wanted = name, total, wanted
        self._bar: Any = None
        self._before = 0

    def __enter__(self) -> Bar:
        if self._wanted is not False and sys.stderr is not None and sys.stderr.isatty():
            from tqdm import tqdm

            self._bar = tqdm(desc=self._name, total=self._total, delay=1.0, leave=False, file=sys.stderr)
        return self

    def inside(self, done: int) -> None:
        """So many starts of the present block are done."""
        if self._bar is not None:
            self._bar.update(max(self._before + done - self._bar.n, 0))

    def block(self, starts: int) -> None:
        """A block of so many starts is done."""
        self._before += starts
        self.inside(0)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._bar is not None:
            self._bar.close()
