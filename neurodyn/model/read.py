"""TOML text to `Model`."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from neurodyn.errors import InputError, Place
from neurodyn.language.names import near
from neurodyn.language.source import Source
from neurodyn.model.declarations import Locate
from neurodyn.model.families import read_family
from neurodyn.model.files import reading
from neurodyn.model.model import FORMAT, Model

LARGEST_FILE = 4_000_000  # bytes

_TOP = (
    *("format", "name", "summary", "references", "theme", "equations", "update", "energy", "claims"),
    *("family", "arguments"),
)
_SECTIONS = (
    "indices",
    "states",
    "unknowns",
    "parameters",
    "inputs",
    "noise",
    "events",
    "observables",
    "layers",
    "synapses",
    "parts",
    "pins",
    "bench",
)
_STRINGS = ("name", "summary", "theme", "equations", "update", "energy", "family")
_LISTS = ("references", "claims")
_DESCRIBED = ("summary", "references", "theme")

_HEADER = re.compile(r"^\s*\[\s*([\w-]+)\s*(?:\.\s*(.+?)\s*)?\]\s*(?:#.*)?$")
_ITEM = re.compile(r"^\s*\[\[\s*([\w.-]+)\s*\]\]\s*(?:#.*)?$")
_KEY = re.compile(r"""^\s*(?:"([^"]*)"|'([^']*)'|([\w-]+))\s*=""")


def read_file(path: Path, within: tuple[Path, ...] = ()) -> Model:
    """The model in a file; `within` are the files of the circuits that have it as a part, the outermost first.

    Raises:
        InputError: when the file cannot be read, is not UTF-8, not TOML, or breaks a rule of the language.
    """
    shown = str(path)
    if path.resolve() in within:
        ring = [*within[within.index(path.resolve()) :], path]
        raise InputError(
            f"A circuit has itself as a part: {' -> '.join(p.stem for p in ring)}.",
            code="part-circle",
            remedy="Name another model.",
        )
    with reading(shown):
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise InputError(
                f"{shown} has {size:,} bytes; a model file has at most {LARGEST_FILE:,}.",
                code="file-size",
                remedy="Give large arrays at build, or as .npy files on the command line.",
            )
        text = path.read_bytes().decode("utf-8")
    return read_text(text, name=path.stem, file=shown, within=(*within, path.resolve()))


def read_text(text: str, *, name: str = "model", file: str | None = None, within: tuple[Path, ...] = ()) -> Model:
    """The model in TOML text; `file` is named in errors."""
    raw = _parse_toml(text, file)
    locate = TomlLocate(text, file, within)
    for check in (_check_top, _check_types, _check_misplaced):
        check(raw, locate)
    sections = {s: raw.get(s, {}) for s in _SECTIONS}
    for section, entries in sections.items():
        if not isinstance(entries, dict):
            raise InputError(
                f"{section} must be a section.", code="section", remedy=f"Write [{section}].", place=locate.top(section)
            )
    described = {key: raw[key] for key in _DESCRIBED if key in raw} | {"name": raw.get("name", name), "locate": locate}
    if "family" in raw or "arguments" in raw:
        return read_family(raw, described, locate.top)
    return Model(
        raw.get("equations", ""),
        update=raw.get("update"),
        energy=raw.get("energy"),
        claims=raw.get("claims", ()),
        **described,
        **sections,
    )


def _parse_toml(text: str, file: str | None) -> dict[str, Any]:
    if not text.strip():
        raise InputError(
            "The model file is empty.",
            code="empty",
            remedy='Write at least equations = "dx/dt = -x" and [states] x = 1.',
            place=Place(file),
        )
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        line = int(found[1]) if found else None
        lines = text.splitlines()
        shown = lines[line - 1] if line and line <= len(lines) else None
        column = int(found[2]) - 1 if found and shown is not None else None
        sentence = re.sub(r"\s*\(at .*\)$", "", str(error)).rstrip(".")
        raise InputError(
            f"This is not valid TOML: {sentence}.",
            code="not-toml",
            remedy="Check quotes and brackets there; a text over several lines needs three quotes.",
            place=Place(file, line, column, shown),
        ) from None
    except (RecursionError, ValueError):
        raise InputError(
            "This is not valid TOML: it is nested too deeply.", code="not-toml", place=Place(file)
        ) from None


def _check_top(raw: dict[str, Any], locate: TomlLocate) -> None:
    if raw.get("format", FORMAT) != FORMAT:
        raise InputError(
            f"This file has format {raw['format']!r}; this version reads format {FORMAT}.",
            code="format",
            place=locate.top("format"),
        )
    for key in raw:
        if key not in _TOP and key not in _SECTIONS:
            raise InputError(
                f"{key} is no section of a model file.",
                code="unknown-section",
                remedy=near(key, [*_TOP, *_SECTIONS]) or f"Sections: {', '.join(_SECTIONS)}.",
                place=locate.top(key),
            )


def _check_types(raw: dict[str, Any], locate: TomlLocate) -> None:
    for key in _STRINGS:
        if not isinstance(raw.get(key, ""), str):
            raise InputError(f"{key} must be text in quotes.", code="type", place=locate.top(key))
    for key in _LISTS:
        if not isinstance(raw.get(key, []), list) or not all(isinstance(x, str) for x in raw.get(key, [])):
            raise InputError(f"{key} must be a list of texts.", code="type", place=locate.top(key))


def _check_misplaced(raw: dict[str, Any], locate: TomlLocate) -> None:
    for section in _SECTIONS:
        entries = raw.get(section, {})
        for word in _TOP if isinstance(entries, dict) else ():
            if word in entries:
                raise InputError(
                    f"{word} stands below [{section}], so TOML takes it as an entry of that section.",
                    code="misplaced",
                    remedy="Move the line above the first [section].",
                    place=locate(section, word).place(0),
                )


class TomlLocate(Locate):
    """Finds entries in TOML text by scanning its lines, since the TOML parser keeps no positions."""

    def __init__(self, text: str, file: str | None, within: tuple[Path, ...] = ()) -> None:
        self.file, self.within = file, within
        self._lines = text.split("\n")
        self._at: dict[tuple[str, str], int] = {}
        section, entry, inside, counts = "", "", "", dict[str, int]()
        for number, line in enumerate(self._lines):
            if inside:
                inside = "" if line.count(inside) % 2 else inside
                continue
            header, item, key = _HEADER.match(line), _ITEM.match(line), _KEY.match(line)
            if item:
                counts[item[1]] = counts.get(item[1], -1) + 1
                section, entry = f"{item[1]}.{counts[item[1]]}", ""
                self._at.setdefault(("", section), number)
            elif header:
                section, entry = header[1], (header[2] or "").strip("\"'")
                self._at.setdefault(("", section), number)
                if entry:
                    self._at.setdefault((section, entry), number)
            elif key:
                name = next(g for g in key.groups() if g is not None)
                self._at.setdefault((f"{section}/{entry}" if entry else section, name), number)
            inside = next((q for q in ('"""', "'''") if line.count(q) % 2), "")

    def __call__(self, section: str, key: str) -> Source:
        number = self._at.get((section, key))
        if number is None:
            return Source(key, file=self.file)
        line = self._lines[number]
        indent = len(line) - len(line.lstrip())
        return Source(line[indent:], lines=(line,), line=number + 1, indent=indent, file=self.file)

    def top(self, key: str) -> Place:
        """The place of a top-level entry or section."""
        return self("", key).place(0)

    def block_line(self, key: str, section: str = "") -> int | None:
        """The line on which the text of a block starts."""
        number = self._at.get((section, key))
        if number is None:
            return None
        line = self._lines[number]
        # After an opening triple quote at the end of a line, TOML drops the line break.
        return number + 2 if line.rstrip().endswith(('"""', "'''")) else number + 1
