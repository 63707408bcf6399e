"""Settings of Sphinx. `nox -s docs` runs the code of all pages and builds the site in build/site."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path

from wordkin import __version__

project = "wordkin"
author = "The wordkin developers"
project_copyright = author
version = release = __version__

extensions = [
    "myst_nb",  # Markdown, and notebooks
    "sphinx.ext.autodoc",
    "sphinx.ext.linkcode",
    "numpydoc",
    "sphinx_copybutton",
    "sphinx_design",
]
exclude_patterns = ["examples"]
default_role = "py:obj"  # `KeyedVectors.most_similar` in docstrings is a link, other names are code

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
nb_execution_mode = "force"  # notebooks are stored without outputs
nb_execution_raise_on_error = True
nb_execution_timeout = 300
nb_ipywidgets_js = {}  # would be loaded from another host

autodoc_member_order = "bysource"
autodoc_typehints = "none"  # numpydoc's Parameters sections have them
autodoc_preserve_defaults = True
numpydoc_show_class_members = False  # autodoc documents them
numpydoc_xref_param_type = False

html_theme = "furo"
html_title = f"wordkin {version}"
html_static_path = ["static"]
html_css_files = ["wordkin.css"]
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {
    "source_repository": "https://github.com/wordkin/wordkin/",
    "source_branch": "main",
    "source_directory": "docs/",
}
pygments_style = "friendly"
pygments_dark_style = "monokai"
copybutton_exclude = ".linenos, .gp, .go"

# `sphinx-build -b linkcheck` visits external links; the site check only lists them.
linkcheck_ignore = [r"https://github\.com/wordkin/.*", r"https://(test\.)?pypi\.org/.*wordkin.*"]


def linkcode_resolve(domain: str, info: dict[str, str]) -> str | None:
    """Return the address of the source of an object, for the links beside the signatures."""
    thing: object = importlib.import_module(info["module"])
    for name in info["fullname"].split("."):
        thing = getattr(thing, name, None)
    function = inspect.unwrap(thing.fget) if isinstance(thing, property) and thing.fget else thing
    try:
        file, (lines, first) = inspect.getsourcefile(function), inspect.getsourcelines(function)
    except (TypeError, OSError):  # attributes
        return None
    *_, path = str(Path(file)).rpartition("/wordkin/")
    return f"https://github.com/wordkin/wordkin/blob/main/python/wordkin/{path}#L{first}-L{first + len(lines) - 1}"
