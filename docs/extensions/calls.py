"""The directive ``calls``: the reference of all calls, projected from the route table."""

from __future__ import annotations

import inspect
import re
from typing import Any, Dict, Iterator, List, Tuple, Type

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from gracedb_core._ids import Kind
from gracedb_core._node import _FACES, Node, pages, verb
from gracedb_core._routes import ROUTES, Cell, Row

#: Where a row of the table hangs that does not belong to an event or superevent.
ROOTS = {"/objects": "client.{}s", "/object": "client.{}s[id]", "/": "client"}
#: What signatures call by a name of ours, as a reader would say it.
PLAIN = {
    r"\bself, (/, )?": "",
    r"'": "",
    r"\bself\b": "",
    r"Flow\[None\]": "None",
    r"\bJson\b": "dict",
}


def place(row: Row, kind: Kind) -> str:
    """Write how one gets to a row in Python."""
    if row.name in ROOTS:
        return ROOTS[row.name].format(kind.value)
    if row.name.startswith("/"):
        return "client." + row.name[1:].replace("[]", "[…]")
    return f"client.{kind.value}s[id].{row.name}".replace("[]", "[…]")


def faces() -> Iterator[Tuple[Row, Type[Node[Any]], List[Kind]]]:
    """Yield each row with the class that stands for it, and in which columns it does."""
    for name, row in ROUTES.items():
        by_class: Dict[Type[Node[Any]], List[Kind]] = {}
        for kind in Kind:
            # What is there once for the whole site stands in both columns alike.
            site_wide = name.startswith("/") and "object" not in name and kind is not Kind.EVENT
            if (name, kind) in _FACES and row.paths[kind] is not None and not site_wide:
                by_class.setdefault(_FACES[name, kind], []).append(kind)
        for cls, kinds in by_class.items():
            yield row, cls, kinds


def wire(row: Row, call: str, kind: Kind) -> str:
    """Write what a call sends: method and path."""
    cell = row.calls.get(call, {}).get(kind)
    if not isinstance(cell, Cell):
        return ""
    path = row.paths[kind] or ""
    if cell.named == "path":
        path = (ROUTES[f"{row.name}[]"].paths[kind] if f"{row.name}[]" in ROUTES else path) or path
    return f"``{cell.method} /{path}``"


def signature(call: Any) -> str:
    """Write the signature of a verb as a caller of `Client` sees it."""
    text = str(inspect.signature(call._method))
    for pattern, plain in PLAIN.items():
        text = re.sub(pattern, plain, text)
    text = re.sub(r"-> Flow\[(.*)\]$", r"-> \1", text)
    return re.sub(r"-> .*$", "-> Iterator[dict]", text) if isinstance(call, pages) else text


def describe(row: Row, cls: Type[Node[Any]], kinds: List[Kind]) -> Iterator[str]:
    """Yield the lines, in reStructuredText, for one row."""
    places = list(dict.fromkeys(place(row, kind) for kind in kinds))
    yield from ("", *[f"| **{name}**" for name in places], "", inspect.getdoc(cls) or "", "")
    for name in sorted(dir(cls)):
        call = inspect.getattr_static(cls, name)
        if name.startswith("_") or not isinstance(call, (verb, pages)):
            continue
        yield f".. describe:: {name}{signature(call)}"
        yield ""
        lines = (inspect.getdoc(call) or "").splitlines()
        sent = list(dict.fromkeys(filter(None, (wire(row, name, kind) for kind in kinds))))
        yield from (f"   {line}" for line in [*lines, "", " · ".join(sent), ""])


class Calls(SphinxDirective):
    """Insert every place of the tree with its calls."""

    def run(self) -> List[nodes.Node]:
        """Project the table."""
        lines = [line for found in faces() for line in describe(*found)]
        return self.parse_text_to_nodes("\n".join(lines))


def setup(app: Sphinx) -> Dict[str, bool]:
    """Tell Sphinx of the directive."""
    app.add_directive("calls", Calls)
    return {"parallel_read_safe": True}
