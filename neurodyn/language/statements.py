"""A block of equations cut into statements: one per line, going on while a bracket is open."""

from __future__ import annotations

from neurodyn.errors import InputError
from neurodyn.language.source import Source

LONGEST_BLOCK = 500_000
_OPEN, _CLOSE = "([{", ")]}"


def split_statements(block: str, *, file: str | None = None, line: int | None = None) -> tuple[Source, ...]:
    """The statements of a block whose first line is number `line` of `file`."""
    if len(block) > LONGEST_BLOCK:
        raise InputError(
            f"The equations hold {len(block):,} characters; at most {LONGEST_BLOCK:,} are read.",
            code="too-long",
            remedy="Name sums over an index instead of writing their terms out.",
        )
    found: list[Source] = []
    pending: list[tuple[int, str, str, str]] = []
    depth = 0
    for number, raw in enumerate(block.split("\n")):
        code, comment = _cut_comment(raw)
        if not pending and not code.strip():
            continue
        pending.append((number, raw, code, comment))
        depth += sum(code.count(c) for c in _OPEN) - sum(code.count(c) for c in _CLOSE)
        if depth <= 0:
            found.append(join_lines(pending, file, line))
            pending, depth = [], 0
    if pending:
        source = join_lines(pending, file, line)
        raise InputError(
            "A bracket is opened and never closed.",
            code="open-bracket",
            remedy="Close it, or end the statement on its line.",
            place=source.place(_first_open(source.text)),
        )
    return tuple(found)


def _cut_comment(raw: str) -> tuple[str, str]:
    code, mark, comment = raw.partition("#")
    return code.rstrip(), comment.strip() if mark else ""


def join_lines(pending: list[tuple[int, str, str, str]], file: str | None, line: int | None) -> Source:
    """One statement of several lines, each as (number, raw text, code, comment); `line` is the number of line 0."""
    first, last = pending[0][2], pending[-1][2]
    indent = len(first) - len(first.lstrip())
    # Comments inside a long statement become blanks, so that columns stay true.
    padded = [code.ljust(len(raw)) for _, raw, code, _ in pending[:-1]] + [last]
    text = " ".join(padded)[indent:]
    comment = " ".join(c for *_, c in pending if c)
    number = None if line is None else line + pending[0][0]
    return Source(text, comment, tuple(raw for _, raw, _, _ in pending), number, indent, file)


def _first_open(text: str) -> int:
    stack: list[int] = []
    for k, c in enumerate(text):
        if c in _OPEN:
            stack.append(k)
        elif c in _CLOSE and stack:
            stack.pop()
    return stack[0] if stack else 0


def split_equation(source: Source) -> tuple[str, str, int]:
    """Left side, right side and the column at which the right side starts."""
    depth, text = 0, source.text
    for k, c in enumerate(text):
        if c in _OPEN:
            depth += 1
        elif c in _CLOSE:
            depth -= 1
        elif c == "=" and depth == 0 and text[k + 1 : k + 2] != "=" and text[k - 1 : k] not in tuple("<>!="):
            right = text[k + 1 :]
            start = k + 1 + len(right) - len(right.lstrip())
            if not text[:k].strip() or not right.strip():
                break
            return text[:k].rstrip(), right.strip(), start
    raise InputError(
        "An equation needs a left side, one = and a right side.",
        code="no-equals",
        remedy="Write, say, dx/dt = -x.",
        place=source.place(0),
    )
