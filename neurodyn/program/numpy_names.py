"""The names that values have in NumPy source, and the views of them."""

from __future__ import annotations

import re
from collections.abc import Hashable

from neurodyn.program.program import SETUP, Program, literal_value

VIEW = "{}"


def mangled(kind: str, number: int, name: str) -> str:
    """A Python name that says where it comes from; whatever the user wrote, it is an identifier."""
    return f"{kind}{number}_{re.sub(r'[^0-9A-Za-z]', '_', name)[:40]}"


class Names:
    """Gives each value its name; the views of constants are made once, in the setup."""

    def __init__(self, program: Program) -> None:
        self._steps = program.steps
        self._names: dict[int, str] = {}
        self._views: dict[tuple[int, str], str] = {}
        self._loops: dict[Hashable, str] = {}
        self.setup: list[str] = []  # the lines of the setup

    def give(self, value: int, name: str) -> None:
        """Name a value; one that was overwritten passes its name on."""
        self._names[value] = name

    def loop(self, loop: Hashable) -> str:
        """The name under which the source knows a loop."""
        return self._loops.setdefault(loop, f"loop{len(self._loops)}")

    def is_literal(self, value: int) -> bool:
        """Whether a value is a number in the source."""
        return self._steps[value].op == "literal"

    def is_constant(self, value: int) -> bool:
        """Whether a value follows from constants alone."""
        return self._steps[value].level == SETUP

    def view(self, value: int, code: str = VIEW) -> str:
        """The source of a value, or of a form of it: `code` with `{}` in place of the value."""
        step = self._steps[value]
        if step.op == "literal":
            return code.format(_number(literal_value(step)))
        name = self._names[value]
        if code == VIEW or step.level != SETUP:
            return code.format(name)
        if (value, code) not in self._views:
            self._views[value, code] = f"{name}_{len(self._views)}"
            self.setup.append(f"{self._views[value, code]} = {code.format(name)}")
        return self._views[value, code]


def _number(value: float) -> str:
    text = repr(value).replace("inf", "np.inf").replace("nan", "np.nan")
    return f"({text})" if text.startswith("-") else text
