"""The shape of the code: imports point one way, no cycles, nothing heavy at import, small files and functions."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "neurodyn"
FILES = sorted(PACKAGE.rglob("*.py"))

# Each may import from itself and from those before it.
ORDER = [
    *("errors", "calculus", "language", "model", "program", "system", "results", "backends", "simulation"),
    *("analysis", "exports", "plots", "studies", "bench", "cli"),
]
# Only these stand above the order: the public names, and `python -m neurodyn`.
FRONT = {"neurodyn", "neurodyn.__main__"}
# The one way up: a result draws itself, by an import inside a function.
WAY_UP = ("neurodyn.results.display", "plots")

HEAVY = {
    "brian2",
    "diffrax",
    "h5netcdf",
    "h5py",
    "jax",
    "llvmlite",
    "matplotlib",
    "neo",
    "pandas",
    "quantities",
    "scipy",
    "sklearn",
    "sympy",
    "xarray",
}

FILE_LINES = 250
FUNCTION_LINES = 40


@dataclass(frozen=True)
class Import:
    """`source` imports `name` (full, as `neurodyn.model.read`) on `line`, `when` it is loaded, called or typed."""

    source: str
    name: str
    line: int
    when: str

    @property
    def layer(self) -> str | None:
        """The layer that is imported from: None outside the package, "" for the package itself."""
        head, _, rest = self.name.partition(".")
        return rest.partition(".")[0] if head == "neurodyn" else None

    def __str__(self) -> str:
        return f"{self.source}, line {self.line}: imports {self.name}"


def module_name(file: Path) -> str:
    parts = file.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(file): file for file in FILES}


def base_of(node: ast.ImportFrom, module: str) -> str:
    """The module after `from`, with its leading dots resolved."""
    if not node.level:
        return node.module or ""
    package = module.split(".") if MODULES[module].name == "__init__.py" else module.split(".")[:-1]
    return ".".join([*package[: len(package) - node.level + 1], *([node.module] if node.module else [])])


def imported_names(node: ast.Import | ast.ImportFrom, module: str) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
        return
    base = base_of(node, module)
    for alias in node.names:
        inner = f"{base}.{alias.name}"
        yield inner if inner in MODULES else base


def imports_under(node: ast.AST, module: str, when: str = "loaded") -> Iterator[Import]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        when = "called"
    elif isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
        when = "typed"
    elif isinstance(node, ast.Import | ast.ImportFrom):
        for name in imported_names(node, module):
            yield Import(module, name, node.lineno, when)
    for child in ast.iter_child_nodes(node):
        yield from imports_under(child, module, when)


@cache
def imports_of(module: str) -> tuple[Import, ...]:
    """Every import of the module, also those inside functions and for types alone."""
    return tuple(imports_under(ast.parse(MODULES[module].read_text("utf-8")), module))


def function_length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from `def` to the end, without the docstring."""
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    if ast.get_docstring(node) is not None:
        lines -= (node.body[0].end_lineno or 0) - node.body[0].lineno + 1
    return lines


def points_down(found: Import) -> bool:
    """Whether an import inside the package goes to its own layer or one before it."""
    if found.layer is None:
        return True
    own = found.source.split(".")[1]
    if (found.source, found.layer) == WAY_UP and found.when == "called":
        return True
    return found.layer in ORDER and ORDER.index(found.layer) <= ORDER.index(own)


def loaded_by(statement: str) -> set[str]:
    """The top-level names of what a fresh interpreter has loaded after `statement`."""
    code = f"{statement}\nimport sys\nprint(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=PACKAGE.parent, capture_output=True, text=True, check=True, timeout=60
    )
    return set(run.stdout.split())


every_module = pytest.mark.parametrize("module", sorted(MODULES))


def test_every_top_level_name_has_its_place_in_the_order() -> None:
    names = {name.split(".")[1] for name in MODULES if name not in FRONT}
    assert names <= set(ORDER)


@pytest.mark.parametrize("module", sorted(set(MODULES) - FRONT))
def test_imports_point_down(module: str) -> None:
    assert not [str(found) for found in imports_of(module) if not points_down(found)]


def test_no_import_cycles() -> None:
    """Names for types alone may go both ways inside a layer: nothing is loaded for them."""
    graph = {
        module: {found.name for found in imports_of(module) if found.when == "loaded"} & MODULES.keys() - {module}
        for module in MODULES
        if module not in FRONT
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail("import cycle: " + " -> ".join(error.args[1]))


def test_matplotlib_is_imported_only_by_plots() -> None:
    found = [
        str(found)
        for module in MODULES
        for found in imports_of(module)
        if found.name.partition(".")[0] in {"matplotlib", "mpl_toolkits"} and not module.startswith("neurodyn.plots")
    ]
    assert not found


@every_module
def test_no_star_imports(module: str) -> None:
    tree = ast.parse(MODULES[module].read_text("utf-8"))
    assert not [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names)
    ]


@pytest.mark.parametrize("statement", ["import neurodyn", "import neurodyn.cli"])
def test_importing_loads_nothing_heavy(statement: str) -> None:
    assert not loaded_by(statement) & HEAVY


@every_module
def test_files_are_short(module: str) -> None:
    lines = len(MODULES[module].read_text("utf-8").splitlines())
    assert lines < FILE_LINES


@every_module
def test_functions_are_short(module: str) -> None:
    tree = ast.parse(MODULES[module].read_text("utf-8"))
    long = [
        f"{node.name}, line {node.lineno}: {length} lines"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := function_length(node)) >= FUNCTION_LINES
    ]
    assert not long
