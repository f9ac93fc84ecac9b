"""Which definitions use which: circles, and what is reached."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from neurodyn.calculus.letters import names_in
from neurodyn.calculus.rewrite import Definition

Graph = Mapping[str, Collection[str]]


def uses(definitions: Mapping[str, Definition]) -> dict[str, list[str]]:
    """The names that each definition mentions, in alphabetical order."""
    return {name: sorted(names_in(d.expr)) for name, d in definitions.items()}


def reaching(graph: Graph, targets: Collection[str]) -> frozenset[str]:
    """All names from which a target is reached, the targets included."""
    users: dict[str, list[str]] = {}
    for name, used in graph.items():
        for other in used:
            users.setdefault(other, []).append(name)
    found = set(targets)
    waiting = list(targets)
    while waiting:
        for user in users.get(waiting.pop(), ()):
            if user not in found:
                found.add(user)
                waiting.append(user)
    return frozenset(found)


def in_order(graph: Graph, starts: Collection[str]) -> list[str]:
    """The names that are reached from the starts, each after those that it uses (in a circle, in some order)."""
    order: list[str] = []
    seen: set[str] = set()
    waiting = [(name, False) for name in reversed(list(starts))]
    while waiting:
        name, is_done = waiting.pop()
        if is_done:
            order.append(name)
        elif name not in seen:
            seen.add(name)
            waiting.append((name, True))
            waiting.extend((other, False) for other in reversed(list(graph.get(name, ()))))
    return order


def circles(graph: Graph) -> list[tuple[str, ...]]:
    """Groups of names that all use one another, and single ones that use themselves."""
    inner = {name: [other for other in used if other in graph] for name, used in graph.items()}
    reverse: dict[str, list[str]] = {name: [] for name in inner}
    for name, used in inner.items():
        for other in used:
            reverse[other].append(name)
    grouped: set[str] = set()
    found = []
    for name in reversed(in_order(inner, list(inner))):  # Kosaraju's way: users first
        group, waiting = set[str](), [name]
        while waiting:
            one = waiting.pop()
            if one not in grouped:
                grouped.add(one)
                group.add(one)
                waiting.extend(reverse[one])
        if len(group) > 1 or (group and name in inner[name]):
            found.append(tuple(n for n in inner if n in group))
    return found
