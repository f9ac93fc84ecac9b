"""The command as a whole, and the verbs that only look."""

import json
import subprocess
import sys

import pytest

from neurodyn.cli import VERBS, main
from neurodyn.model.themes import THEMES


def run(capsys, *arguments):
    code = main(arguments)
    out, err = capsys.readouterr()
    return code, out, err


def in_a_fresh_interpreter(code, **options):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, **options)


@pytest.mark.parametrize("verb", VERBS)
def test_every_help_shows_an_example(capsys, verb):
    code, out, _ = run(capsys, verb, "--help")
    assert code == 0 and f"  neurodyn {verb}" in out


def test_the_help_names_every_verb(capsys):
    code, out, _ = run(capsys, "--help")
    assert code == 0 and all(f"  {verb}  " in out for verb in VERBS)


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"]])
def test_help_loads_nothing_that_takes_long(arguments):
    code = f"import sys; from neurodyn.cli import main; main({arguments}); print('LOADED', *sys.modules)"
    loaded = in_a_fresh_interpreter(code).stdout.rpartition("LOADED")[2].split()
    assert loaded and not {"numpy", "sympy", "scipy", "matplotlib", "xarray"} & set(loaded)


def test_list_is_grouped(capsys):
    code, out, _ = run(capsys, "list")
    assert code == 0
    headings = [line for line in out.splitlines() if not line.startswith(" ")]
    assert headings == [title for title in [*THEMES.values(), "Studies"] if title in headings]
    assert "Others" not in headings and len(headings) > 5
    assert out.index(THEMES["memory"]) < out.index("\n  hopfield ") < out.index(THEMES["diffusion"])


def test_list_as_json_holds_the_same(capsys):
    _, text, _ = run(capsys, "list")
    _, out, _ = run(capsys, "list", "--json")
    entries = json.loads(out)
    assert all(entry["name"] in text and entry["summary"] in text for entry in entries)
    assert {entry["group"] for entry in entries} == {"models", "circuits", "studies"}


def test_show_prints_equations_as_written_and_every_declaration(capsys):
    from neurodyn.model.library import load

    model = load("hopfield")
    code, out, _ = run(capsys, "show", "hopfield")
    assert code == 0
    assert all(line.strip() in out for line in model.text.splitlines())
    assert all(d.key in out for d in (*model.states.values(), *model.parameters.values(), *model.inputs.values()))
    assert all(line in out for line in (*model.claims, *model.references, model.summary))


def test_show_prints_shorthand_as_written_and_spells_it_out_when_asked(capsys):
    _, out, _ = run(capsys, "show", "krotov_hopfield")
    assert "lagrangian = softmax" in out and "-sum(xi[m,i]*f[m]*g[i], m, i)" in out and "dE/dg" not in out
    _, out, _ = run(capsys, "show", "krotov_hopfield", "--expand")
    assert "tau_v*dv[i]/dt = -dE/dg[i]" in out and "E = E_v + E_h + E_memory" in out and "lagrangian" not in out


def test_show_as_json(capsys):
    _, out, _ = run(capsys, "show", "hopfield", "--json")
    plain = json.loads(out)
    assert plain["energy"] == "E" and plain["parameters"]["beta"]["given"] == ["beta > 0"]
    assert plain["states"]["x"]["shape"] == ["N"]


def test_show_as_latex(capsys):
    code, out, _ = run(capsys, "show", "hopfield", "--latex")
    assert code == 0 and r"\beta" in out and r"\sum" in out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["show", "hopfild"], "There is no model or circuit called hopfild. Did you mean hopfield?"),
        (["show", "absent.toml"], "absent.toml"),
        (["show", "hopfield", "--latex", "--json"], "--latex, --derived and --json exclude each other."),
        (["show"], "Missing argument 'NAME'."),
        (["lits"], "No such command 'lits'. Did you mean list?"),
        (["run", "hopfield", "--sed", "1"], "No such option"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(capsys, arguments, sentence):
    code, out, err = run(capsys, *arguments)
    assert code == 2 and sentence in err and not out and "Traceback" not in err


def test_a_fault_of_ours_is_told_without_a_traceback(capsys, monkeypatch):
    def broken():
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("neurodyn.model.library.library", broken)
    code, _, err = run(capsys, "list")
    assert code == 70 and err.startswith("neurodyn: A fault in neurodyn itself (ZeroDivisionError: division by zero).")
    monkeypatch.setenv("NEURODYN_TRACEBACK", "1")
    with pytest.raises(ZeroDivisionError):
        main(["list"])


def test_too_little_memory_is_told(capsys, monkeypatch):
    def hungry():
        raise MemoryError

    monkeypatch.setattr("neurodyn.model.library.library", hungry)
    code, _, err = run(capsys, "list")
    assert code == 70 and "not enough memory" in err


def test_a_closed_pipe_is_quiet():
    nobody_reads = "import os; r, w = os.pipe(); os.close(r); os.dup2(w, 1)"
    ended = in_a_fresh_interpreter(
        f"{nobody_reads}; import sys; from neurodyn.cli import main; sys.exit(main(['list']))"
    )
    assert ended.returncode == 141 and ended.stderr == ""


def test_an_interruption_ends_with_130(capsys, monkeypatch):
    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr("neurodyn.model.library.library", interrupted)
    code, _, err = run(capsys, "list")
    assert code == 130 and err.strip() == "neurodyn: interrupted."


def test_show_tells_units_as_written(capsys):
    _, out, _ = run(capsys, "show", "hodgkin_huxley")
    assert "-54.387 mV" in out and "uA/cm**2" in out
    _, out, _ = run(capsys, "show", "hodgkin_huxley", "--json")
    facts = json.loads(out)
    assert facts["states"]["v"]["unit"] == "mV" and facts["inputs"]["I"]["unit"] == "uA/cm**2"


def test_a_bare_number_is_refused_where_a_unit_belongs(capsys):
    for setting in (("--set", "C=2"), ("--until", "3"), ("--every", "1")):
        code, _, err = run(capsys, "run", "hodgkin_huxley", *setting)
        assert code == 2 and "a plain number" in err
    quick = ("--set", "C=2 uF/cm**2", "--set", "v=-70 mV", "--until", "2 ms", "--every", "1 ms")
    code, out, _ = run(capsys, "run", "hodgkin_huxley", *quick)
    assert code == 0 and "t = 0 to 0.002 s, 3 times saved" in out
