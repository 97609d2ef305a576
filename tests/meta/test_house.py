"""The house rules that no linter knows."""

from __future__ import annotations

import ast
import re
from statistics import median
from typing import Iterator, List, Tuple

import pytest

from tests.meta.tree import PACKAGES, ROOT, sources

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
ANNOTATED = (*FUNCTIONS, ast.AnnAssign)
#: The plugin that the documentation shows is held to the same.
EXAMPLE = "docs/examples/gracedb-hello/gracedb_hello"
SHIPPED = [str(path.relative_to(ROOT)) for path in sources(*PACKAGES, EXAMPLE)]


def functions() -> Iterator[Tuple[str, int]]:
    """Yield every shipped function with the number of lines in its body, without the docstring.

    The signature does not count: where the server has twenty fields, so has the call.
    """
    for source in SHIPPED:
        for node in ast.walk(ast.parse((ROOT / source).read_text(encoding="utf-8"))):
            if isinstance(node, FUNCTIONS):
                body = node.body[1:] if ast.get_docstring(node, clean=False) else node.body
                if body:
                    lines = (body[-1].end_lineno or 0) - body[0].lineno + 1
                    yield f"{source}:{node.lineno} {node.name}", lines


@pytest.mark.parametrize("source", SHIPPED)
def test_annotations_are_lazy(source: str) -> None:
    """Every module postpones its annotations: Python 3.8 could not evaluate some of them."""
    text = (ROOT / source).read_text(encoding="utf-8")
    annotated = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ANNOTATED)]
    assert not annotated or "from __future__ import annotations" in text


@pytest.mark.parametrize("source", SHIPPED)
def test_modules_fit_in_a_head(source: str) -> None:
    """No module is longer than 350 lines; a longer one holds two ideas."""
    assert len((ROOT / source).read_text(encoding="utf-8").splitlines()) <= 350


def test_functions_are_short() -> None:
    """No function has more than 45 lines, and half of them have seven or fewer."""
    lengths = list(functions())
    assert not [name for name, lines in lengths if lines > 45]
    assert median(lines for _, lines in lengths) <= 7


def test_no_unfinished_work() -> None:
    """Nothing shipped says that it is to be finished later."""
    left = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")
    assert not [
        f"{source}:{number}"
        for source in SHIPPED
        for number, line in enumerate((ROOT / source).read_text(encoding="utf-8").splitlines(), 1)
        # An error of ours that programs catch as that one is none of it.
        if left.search(line) and not re.match(r"class \w+\(\w+, NotImplementedError\):", line)
    ]


def test_type_checks_are_rarely_silenced() -> None:
    """At most five comments silence the type checker; each names the code and gives a reason."""
    silenced: List[str] = []
    for source in SHIPPED:
        text = (ROOT / source).read_text(encoding="utf-8")
        silenced += re.findall(r"# type: ignore.*", text)
    assert len(silenced) <= 5
    assert not [
        comment for comment in silenced if not re.match(r".*ignore\[[\w-]+\]\s+# \w", comment)
    ]


def test_substitutes_not_patches() -> None:
    """No test uses `unittest.mock`: a substitute that works beats a mock that agrees."""
    name = "unittest." + "mock"
    met = [path for path in sources("tests") if name in path.read_text(encoding="utf-8")]
    assert met in ([], [ROOT / "tests/meta/test_house.py"])
