"""What is installed: every shipped file travels, and is found in a wheel (also one from an sdist) and a checkout."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("models", "circuits")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
TARGETS = PYPROJECT["tool"]["hatch"]["build"]["targets"]
SHIPPED = sorted(f"{folder}/{file.name}" for folder in FOLDERS for file in (ROOT / folder).glob("*.toml"))
# Packages whose distribution has another name.
DISTRIBUTIONS = {
    "sksundae": "scikit-sundae",
    "flint": "python-flint",
    "mpl_toolkits": "matplotlib",
    "sklearn": "scikit-learn",
}

# Prints where the package was found, then loads every name it is given.
LOAD = """
import sys
import neurodyn
print(neurodyn.__file__)
for name in sys.argv[1:]:
    assert neurodyn.load(name).name == name, name
"""


def run(*command: object, cwd: Path, **env: str) -> str:
    """The output of a command that must succeed, in an environment without a PYTHONPATH of its own."""
    plain = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run([str(word) for word in command], cwd=cwd, env=plain | env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def python(*arguments: object, cwd: Path, **env: str) -> str:
    return run(sys.executable, *arguments, cwd=cwd, **env)


def install(what: object, target: Path) -> Path:
    python("-m", "pip", "install", "--quiet", "--no-deps", "--target", target, what, cwd=target.parent)
    return target


def names() -> list[str]:
    return [Path(file).stem for file in SHIPPED]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A wheel made from the checkout, an sdist, and a wheel made from that sdist."""
    direct, through = tmp_path_factory.mktemp("direct"), tmp_path_factory.mktemp("through")
    build = ("-m", "build", "--no-isolation", "--outdir")
    python(*build, direct, "--wheel", ROOT, cwd=direct)
    python(*build, through, ROOT, cwd=through)
    [wheel], [sdist], [sdist_wheel] = direct.glob("*.whl"), through.glob("*.tar.gz"), through.glob("*.whl")
    return {"wheel": wheel, "sdist": sdist, "sdist_wheel": sdist_wheel}


def members(archive: Path) -> set[str]:
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            return set(wheel.namelist())
    with tarfile.open(archive) as sdist:
        return {name.partition("/")[2] for name in sdist.getnames()}


def test_the_build_names_the_data_folders() -> None:
    assert {file.partition("/")[0] for file in SHIPPED} == set(FOLDERS)
    assert TARGETS["wheel"]["sources"] == {folder: f"neurodyn/_data/{folder}" for folder in FOLDERS}
    assert set(TARGETS["wheel"]["only-include"]) == {"neurodyn", *FOLDERS}
    assert set(FOLDERS) <= set(TARGETS["sdist"]["only-include"])


def test_the_sdist_names_only_what_exists() -> None:
    assert not [name for name in TARGETS["sdist"]["only-include"] if not (ROOT / name).exists()]


def third_party(*, bench: bool) -> set[str]:
    """Every package from outside that is imported anywhere in `neurodyn/bench`, or anywhere else."""
    found: set[str] = set()
    for file in (ROOT / "neurodyn").rglob("*.py"):
        if ("bench" in file.relative_to(ROOT / "neurodyn").parts[:-1]) != bench:
            continue
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    return {DISTRIBUTIONS.get(name, name) for name in found - sys.stdlib_module_names - {"neurodyn"}}


def test_everything_imported_is_a_declared_dependency() -> None:
    """The tools that benchmarks stand beside are asked for by those who want them."""
    extras = PYPROJECT["project"]["optional-dependencies"]
    told = [PYPROJECT["project"]["dependencies"], extras["dae"], extras["bench"]]
    declared, solvers, peers = ({re.split(r"[^\w-]", line)[0] for line in lines} for lines in told)
    assert third_party(bench=False) <= declared | solvers
    assert third_party(bench=True) <= declared | peers


def test_the_package_says_that_it_is_typed() -> None:
    assert (ROOT / "neurodyn" / "py.typed").exists()


def test_a_checkout_finds_its_models(tmp_path: Path) -> None:
    found = python("-c", LOAD, *names(), cwd=tmp_path, PYTHONPATH=str(ROOT))
    assert Path(found.strip()) == ROOT / "neurodyn" / "__init__.py"


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["wheel", "sdist_wheel"])
def test_a_wheel_carries_every_file(kind: str, built: dict[str, Path]) -> None:
    inside = members(built[kind])
    assert {f"neurodyn/_data/{file}" for file in SHIPPED} <= inside
    assert "neurodyn/py.typed" in inside
    assert {name.partition("/")[0] for name in inside if ".dist-info/" not in name} == {"neurodyn"}


@pytest.mark.slow
def test_the_sdist_carries_every_file(built: dict[str, Path]) -> None:
    assert {*SHIPPED, "pyproject.toml", "LICENSE", "README.md"} <= members(built["sdist"])


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["wheel", "sdist_wheel"])
def test_a_wheel_finds_its_models(kind: str, built: dict[str, Path], tmp_path: Path) -> None:
    target = install(built[kind], tmp_path / "site")
    found = python("-c", LOAD, *names(), cwd=tmp_path, PYTHONPATH=str(target))
    assert Path(found.strip()) == target / "neurodyn" / "__init__.py"
    listed = python(target / "bin" / "neurodyn", "list", cwd=tmp_path, PYTHONPATH=str(target))
    assert all(name in listed for name in names())


@pytest.mark.slow
def test_an_editable_install_finds_the_models_of_the_checkout(tmp_path: Path) -> None:
    target = tmp_path / "site"
    editable = ("--no-build-isolation", "--target", target, "--editable", ROOT)
    python("-m", "pip", "install", "--quiet", "--no-deps", *editable, cwd=tmp_path)
    assert not (target / "neurodyn").exists(), "copies of the models would grow stale"
    # Without `site`, so that only the fresh install, not the one under test, is on the path.
    head = f"import site, sys\nsite.addsitedir({str(target)!r})\nsys.path.append({sysconfig.get_path('purelib')!r})"
    found = python("-I", "-S", "-c", head + LOAD, *names(), cwd=tmp_path)
    assert Path(found.strip()) == ROOT / "neurodyn" / "__init__.py"
