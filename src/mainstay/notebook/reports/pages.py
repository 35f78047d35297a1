"""Pages of HTML, made from templates that share one style: each loads nothing, and runs nothing."""

from __future__ import annotations

import os
from html import escape
from importlib.resources import files
from pathlib import Path

import attrs
from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

import mainstay

__all__ = ["Report", "drawn", "rendered"]


@attrs.frozen(repr=False)
class Report:
    """A page of HTML: in a notebook it shows itself.

    Attributes:
        html: The page. It loads nothing, and needs no script.

    Examples:
        >>> from tempfile import TemporaryDirectory
        >>> page = Report("<!doctype html><title>Our gym</title>")  # such as report() returns
        >>> with TemporaryDirectory() as folder:
        ...     page.save(Path(folder) / "report.html")
        ...     for path in Path(folder).iterdir():
        ...         print(path.name, path.read_text(encoding="utf-8"))
        report.html <!doctype html><title>Our gym</title>
    """

    html: str

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the page to a file, as a whole or not at all."""
        place = Path(path)
        draft = place.with_name(f".{place.name}.draft")
        try:
            draft.write_text(self.html, encoding="utf-8")
            draft.replace(place)
        finally:
            draft.unlink(missing_ok=True)

    def _repr_html_(self) -> str:
        page = escape(self.html)
        style = "width:100%;height:80vh;border:0"
        return f'<iframe title="mainstay report" srcdoc="{page}" style="{style}"></iframe>'


def rendered(template: str, **values: object) -> Report:
    """Return a page: a template, filled in."""
    pages = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        loader=FunctionLoader(
            lambda name: files("mainstay.notebook.reports").joinpath(name).read_text("utf-8")
        ),
    )
    return Report(pages.get_template(template).render(version=mainstay.__version__, **values))


def drawn(svg: str) -> Markup:
    """Return a picture of ours, in which all text is escaped, as what the page holds."""
    return Markup(svg)  # noqa: S704
