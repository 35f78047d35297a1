"""How the site is built: ``nox -s site`` does it, offline, and refuses every warning."""

from __future__ import annotations

import gc
import inspect
import re
import sys
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from typing import Any

import attrs
from docutils.nodes import Node
from sphinx.application import Sphinx
from sphinx.ext.napoleon import Config
from sphinx.ext.napoleon.docstring import GoogleDocstring
from sphinx.pycode import ModuleAnalyzer
from sphinx.util.docutils import SphinxDirective

import mainstay

# Looking for garbage among millions of nodes would take a third of the time; 1.3 GB hold all.
gc.disable()

REPOSITORY = "https://github.com/mainstay-py/mainstay/"
OUTSIDE = r"\]\((?:\.\./)+((?:benchmarks|examples)[^)]*)\)"

project = "mainstay"
author = "The mainstay developers"
project_copyright = "The mainstay developers"
release = version = mainstay.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx_copybutton"]
exclude_patterns = ["_build", "images/make.py"]
html_theme = "furo"
html_title = f"mainstay {release.partition('+')[0]}"
html_static_path = ["static"]
html_css_files = ["wide.css"]
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {
    "source_repository": REPOSITORY,
    "source_branch": "main",
    "source_directory": "docs/",
}
copybutton_exclude = ".linenos, .gp, .go"

myst_heading_anchors = 4

autodoc_default_options = {"members": True}
autodoc_member_order = "bysource"
toc_object_entries_show_parents = "hide"
maximum_signature_line_length = 88
python_use_unqualified_type_names = True
GOOGLE = Config(napoleon_use_rtype=False, napoleon_custom_sections=["Source"])

nitpicky = True
# A parameter called `time` and a class of the standard library are not the same.
suppress_warnings = ["ref.python"]
nitpick_ignore_regex = [
    # What others have documented elsewhere: the site is built without their inventories.
    (r"py:.*", rf"({others})(\..*)?")
    for others in (
        "abc|argparse|collections|contextlib|datetime|decimal|enum|fractions|functools|numpy",
        "os|pathlib|random|typing|typing_extensions|zoneinfo|apscheduler|celery|hypothesis",
        "matplotlib|pandas|pd|pyspark|sqlalchemy|unittest|logging|concurrent|asyncio|sqlglot|attr",
        "threading|SearchStrategy|TypeAliasForwardRef|date|UserWindow",
    )
] + [
    # What stands for a type, and what is nobody's business outside.
    (r"py:(class|obj)", r"(mainstay\..*\.)?[A-Z][a-z]*(_co|_contra)?"),
    (r"py:class", r"mainstay\.(.*\.)?_.*"),
    (r"py:class", r"mainstay\.(adapters\.sql|testing|columnar)\..*"),
]


def outside(app: Sphinx, document: str, source: list[str]) -> None:
    """Let links to files outside the documents lead to the repository."""
    del app, document
    source[0] = re.sub(OUTSIDE, rf"]({REPOSITORY}blob/main/\1)", source[0])


def shallow_navigation(
    app: Sphinx, page: str, template: str, context: dict[str, Any], tree: object
) -> None:
    """Let the list of pages, which is two deep, be made without what is described on each."""
    del app, page, template, tree
    whole = context["toctree"]
    context["toctree"] = lambda **asked: whole(**asked | {"maxdepth": 2})


def short_signature(  # noqa: PLR0917  (Sphinx passes them so)
    app: Sphinx, what: str, name: str, obj: object, options: object, given: str, returned: str
) -> tuple[str, str] | None:
    """Leave out how errors are made, which is the same for all: their base says it."""
    del app, obj, options, given, returned
    return ("", "") if what == "exception" and name != "mainstay.MainstayError" else None


def google_style(  # noqa: PLR0917  (Sphinx passes them so)
    app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]
) -> None:
    """Read docstrings in Google's style; those of attributes are sentences, without a type."""
    kind = "method" if what in {"attribute", "data", "property"} else what
    lines[:] = GoogleDocstring(lines, GOOGLE, app, kind, name, obj, options).lines()


class Package(SphinxDirective):
    """Describes a package, and all that its ``__all__`` names, kind by kind."""

    required_arguments = 1

    def run(self) -> list[Node]:
        """Return the descriptions, in sections."""
        package = self.arguments[0]
        lines = [f".. automodule:: {package}", "   :no-members:", ""]
        for kind, is_one in KINDS.items():
            names = [name for name, value in named(package) if is_one(name, value)]
            title = f"{kind} of ``{package}``"
            lines += [title, "~" * len(title), ""] if names else []
            lines += [line for name in names for line in described(package, name)]
        return self.parse_text_to_nodes("\n".join(lines), allow_section_headings=True)


def is_error(value: object) -> bool:
    """Return whether a value is a class of errors."""
    return inspect.isclass(value) and issubclass(value, BaseException)


def is_class(value: object) -> bool:
    """Return whether a value is a class that is neither an error nor a Protocol."""
    return inspect.isclass(value) and not (is_error(value) or is_protocol(value))


def is_protocol(value: object) -> bool:
    """Return whether a value is a Protocol, which hosts implement."""
    return bool(getattr(value, "_is_protocol", False))


#: What the sections are called, and which public names belong there.
KINDS: dict[str, Callable[[str, object], bool]] = {
    "Functions": lambda _, value: inspect.isfunction(value),
    "Policies": lambda name, value: is_class(value) and name.endswith("Policy"),
    "Protocols": lambda _, value: is_protocol(value),
    "Classes": lambda name, value: is_class(value) and not name.endswith("Policy"),
    "Errors": lambda _, value: is_error(value),
    "Types and constants": lambda _, value: (
        not (inspect.isclass(value) or inspect.isfunction(value))
    ),
}


def is_of_ours(value: type[object]) -> bool:
    """Return whether a value's class has all that it has from us: then all of it is described."""
    bases = value.__mro__[:-1]
    return attrs.has(value) and all(base.__module__.startswith("mainstay.") for base in bases)


def described(package: str, name: str) -> Iterator[str]:
    """Yield what Sphinx is told of a public name."""
    value = getattr(import_module(package), name)
    if inspect.isclass(value):
        yield f".. {'autoexception' if is_error(value) else 'autoclass'}:: {package}.{name}"
        yield from ("   :inherited-members:", "") if is_of_ours(value) else ("",)
    elif inspect.isfunction(value):
        yield from (f".. autofunction:: {package}.{name}", "")
    else:
        yield from (f".. py:data:: {name}", "", *[f"   {line}" for line in said_of(name)], "")


def named(package: str) -> Iterator[tuple[str, object]]:
    """Yield a package's public names and their values."""
    module = import_module(package)
    yield from ((name, getattr(module, name)) for name in sorted(module.__all__))


@cache
def comments(module: str) -> dict[str, list[str]]:
    """Return the comments on a module's own constants."""
    found = ModuleAnalyzer.for_module(module)
    found.analyze()
    return {name: text for (scope, name), text in found.attr_docs.items() if not scope}


def said_of(name: str) -> list[str]:
    """Return the comment on a constant."""
    for module, loaded in [*sys.modules.items()]:
        ours = module.partition(".")[0] == "mainstay"
        if ours and name in vars(loaded) and name in comments(module):
            return comments(module)[name]
    message = f"{name} has no comment"
    raise LookupError(message)


def setup(app: Sphinx) -> None:
    """Let Sphinx know of it."""
    app.add_directive("package", Package)
    app.connect("source-read", outside)
    app.connect("html-page-context", shallow_navigation, priority=100)
    app.connect("autodoc-process-signature", short_signature)
    app.connect("autodoc-process-docstring", google_style)
