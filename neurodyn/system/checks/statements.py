"""Claims, `given` statements and the times of the bench can be read, and what the bench records exists."""

from __future__ import annotations

from neurodyn.errors import InputError
from neurodyn.language.names import near
from neurodyn.language.reader import Reader
from neurodyn.model.declarations import value_source
from neurodyn.model.model import Model
from neurodyn.system.claims import read_claim, read_statement


def check_statements(model: Model) -> None:
    """Refuse claims and times that cannot be read and recorded names that do not exist."""
    for claim in model.claims:
        read_claim(model, claim)
    for declared in (*model.parameters.values(), *model.inputs.values()):
        for text in declared.given:
            read_statement(model, text, value_source(declared.source, text), "given")
    for key in ("from", "until", "every", "dt"):
        if isinstance(model.bench.get(key), str):
            Reader(model.names, value_source(model.locate("bench", key), model.bench[key])).read()
    for name in model.bench.get("record", ()):
        if name not in model.names.quantities:
            raise InputError(
                f"The bench records {name}, which the model does not have.",
                code="unknown-quantity",
                remedy=near(str(name), list(model.names.quantities)),
                place=model.locate("bench", "record").place(0),
            )
