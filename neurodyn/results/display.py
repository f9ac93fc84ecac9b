"""Results as pictures and in notebooks: the one place below `plots` that reaches up to it, and only when asked."""

from __future__ import annotations

import base64
import html
import io
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from neurodyn.results.result import Result


def plotted(report: Any, kind: str | None = None, **options: Any) -> Any:
    """The figure of a result or report."""
    from neurodyn.plots import plot

    return plot(report, kind, **options)


def drawn(module: str, report: Any, **options: Any) -> Any:
    """The figure of a report of an analysis, which has a file of its own among the plots."""
    return import_module(f"neurodyn.plots.{module}").draw(report, **options)


def as_html(result: Result) -> str:
    """A result in a notebook: its summary, and its picture if anything was saved."""
    text = f"<pre>{html.escape(result.summary())}</pre>"
    if not result.time.size or not result.dataset.data_vars:
        return text
    picture = io.BytesIO()
    plotted(result).savefig(picture, format="png", dpi=90, bbox_inches="tight")
    encoded = base64.b64encode(picture.getvalue()).decode()
    return f'{text}<img alt="recorded variables" src="data:image/png;base64,{encoded}">'
