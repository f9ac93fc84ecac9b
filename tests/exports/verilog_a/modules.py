"""The text of a file of Verilog-A as modules; see `reader.py`."""

from __future__ import annotations

import re

from tests.exports.verilog_a.reader import CALLS, Module, Refused, tokens

# Words of the language that no name may be, gathered from its reference apart from ours.
_WORDS = """
above absdelay always analog and begin branch buf case cross ddt default disable edge else end endfunction endmodule
event exclude exp final_step for from function generate ground idt if inf initial inout input integer join limexp ln
log max min module nand nature nmos nor not or output parameter pmos pow potential flow real reg repeat root sin small
sqrt string strong0 table task time timer tri units wait wand while white_noise wire wor xor electrical V I
"""
WORDS = frozenset(_WORDS.split())


def read(text: str) -> dict[str, Module]:
    """Every module of a text, by name."""
    text = re.sub(r"\(\*.*?\*\)", "", re.sub(r"//[^\n]*", "", text))
    lines = [line for line in text.splitlines() if not line.startswith("`include")]
    found: dict[str, Module] = {}
    for head, body in re.findall(r"\bmodule\b([^;]*);(.*?)\bendmodule\b", "\n".join(lines), re.DOTALL):
        name, _, ports = head.strip().partition("(")
        module = Module(name.strip(), [p.strip() for p in ports.rstrip(") \n").split(",")])
        _body(module, body, found)
        _check(module)
        if module.name in found:
            raise Refused(f"{module.name} twice")
        found[module.name] = module
    if not found or len(found) != len(re.findall(r"\bmodule\b", text)):
        raise Refused("a module without an end")
    return found


def _body(module: Module, text: str, known: dict[str, Module]) -> None:
    text = re.sub(r"analog function real (\w+);(.*?)endfunction", lambda m: _function(module, m), text, flags=re.DOTALL)
    outer, begin, analog = text.partition("analog begin")
    for statement in filter(None, map(str.strip, outer.split(";"))):
        _declaration(module, statement, known)
    if begin:
        inner, end, rest = analog.rpartition("end")
        if not end or rest.strip() or "begin" in inner:
            raise Refused("begin and end do not match")
        for statement in filter(None, map(str.strip, inner.split(";"))):
            _analog(module, statement)


def _function(module: Module, found: re.Match[str]) -> str:
    name, body = found.groups()
    input_, real_, assigned = (s.strip() for s in body.strip().rstrip(";").split(";"))
    target, _, value = assigned.partition("=")
    if (input_, real_, target.strip()) != ("input x", "real x", name):
        raise Refused(f"the function {name}")
    module.functions[name] = tokens(value)
    return ""


def _declaration(module: Module, statement: str, known: dict[str, Module]) -> None:
    words = tokens(statement)
    if words[0] in ("inout", "input", "output"):
        module.directions[words[1]] = words[0]
    elif words[0] == "electrical":
        module.nets += [w for w in words[1:] if w != ","]
    elif words[0] == "ground":
        module.ground = words[1]
    elif words[0] == "real":
        module.variables += [w for w in words[1:] if w != ","]
    elif words[:2] == ["parameter", "real"]:
        said, _, limits = statement.partition("=")[2].partition(" from ")
        module.defaults[words[2]], module.ranges[words[2]] = tokens(said), limits.strip()
    elif words[0] in known:
        _instance(module, statement)
    else:
        raise Refused(statement)


def _instance(module: Module, statement: str) -> None:
    match = re.fullmatch(r"(\w+) (?:#\((.*)\) )?(\w+)\(([\w, ]+)\)", statement)
    if match is None:
        raise Refused(statement)
    kind, given, label, nets = match.groups()
    values = dict(re.findall(r"\.(\w+)\(((?:[^()]|\([^()]*\))*)\)", given or ""))
    module.instances.append((kind, label, {n: tokens(v) for n, v in values.items()}, nets.split(", ")))


def _analog(module: Module, statement: str) -> None:
    contributed = re.fullmatch(r"([VI])\(([\w, ]+)\) <\+ (.*)", statement, re.DOTALL)
    if contributed:
        kind, nets, text = contributed.groups()
        on = tuple(nets.split(", "))
        if not set(on) <= set(module.nets):
            raise Refused(f"{nets} are no nets")
        module.contributions.append((kind, on, tokens(text)))
        return
    name, equals, text = statement.partition(" = ")
    if not equals or name not in module.variables:
        raise Refused(statement)
    module.statements.append((name, tokens(text)))


def _check(module: Module) -> None:
    """Names: each declared once, none a word of the language; every port with a direction and a discipline."""
    names = [*module.nets, *module.defaults, *module.variables, *module.functions, *(i[1] for i in module.instances)]
    if len(set(names)) != len(names):
        raise Refused(f"a name twice in {module.name}: {sorted(n for n in names if names.count(n) > 1)}")
    if bad := {*names, module.name} & (WORDS | CALLS.keys()):
        raise Refused(f"{bad} are words of the language")
    if set(module.ports) != set(module.directions) or not set(module.ports) <= set(module.nets):
        raise Refused(f"the ports of {module.name}")
    if {n for n, _ in module.statements} != set(module.variables):
        raise Refused(f"variables of {module.name} without a value")
    for _, text in [*module.statements, *((None, t) for *_, t in module.contributions)]:
        joined = " ".join(text)
        if re.search(r"\?[^?]*\bddt\b", joined):
            raise Refused("a ddt under a condition")
