"""How the documentation is built: `make docs`."""

from __future__ import annotations

import re
import sys
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any, List

sys.path.insert(0, str(Path(__file__).parent / "extensions"))

project = "gracedb-core"
author = "the gracedb-core developers"
copyright = author
version = release = installed_version("gracedb-core")

extensions = [
    "calls",
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.viewcode",
    "sphinx_copybutton",
]
exclude_patterns = ["_build", "examples"]
html_theme = "furo"
html_title = "gracedb-core"
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

# Built without a network: names of other projects are shown and not linked.
nitpicky = True
nitpick_ignore_regex = [
    (r"py:.*", r"(typing|collections|pathlib|ssl|os|io|logging|types|requests|click|flask)\..*"),
    (r"py:.*", r"(ValueError|RuntimeError|Exception|ConnectionError|TimeoutError|OSError)"),
    (r"py:.*", r"(str|int|float|bool|bytes|dict|list|tuple|object|None|optional|default)"),
    # Names that stand for a union of types.
    (r"py:.*", r"(StrPath|TimeoutOption|Verify|Header|FileName|Contents|Wire)"),
    # Sphinx cuts an annotation that it is given as text at its first comma.
    (r"py:.*", r"Callable\[\[.*"),
    # Type variables and private helpers in signatures.
    (r"py:.*", r"(.*\.)?(_\w+|[A-Z]|[A-Z][a-z]?_co)"),
    (r"py:.*", r"gracedb_core\._.*"),
]
default_role = "code"
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
python_use_unqualified_type_names = True


def plain_headings(*arguments: Any) -> None:
    """Turn the underlined headings of a docstring into rubrics: it is not a page of its own."""
    lines: List[str] = arguments[-1]
    for number in range(len(lines) - 1, 0, -1):
        if re.fullmatch(r"-{3,}", lines[number]):
            lines[number - 1 : number + 1] = [f".. rubric:: {lines[number - 1]}", ""]


def setup(app: Any) -> None:
    """Tell Sphinx of the above."""
    app.connect("autodoc-process-docstring", plain_headings)
