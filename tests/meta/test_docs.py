"""Every example in the documentation runs, against a sandbox, and says what the page says."""

from __future__ import annotations

import doctest
import gc
import re
from pathlib import Path
from typing import Any, Dict, Iterator, List, NamedTuple

import pytest

from gracedb_sandbox import Sandbox
from gracedb_sandbox.samples import coinc, sky_map
from tests.meta.tree import ROOT

FENCE = re.compile(r"^```(?P<info>\w+[^\n]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)


class Example(NamedTuple):
    """One fenced block: the words after the fence, the line it begins on, and what is in it."""

    info: str
    line: int
    body: str


def examples(page: str) -> List[Example]:
    """List the fenced blocks of a page that are to be run."""
    text = (ROOT / page).read_text(encoding="utf-8")
    found = []
    for match in FENCE.finditer(text):
        if match["info"] in ("python", "pycon"):
            line = text.count("\n", 0, match.start()) + 2
            found.append(Example(match["info"], line, match["body"]))
    return found


def pages() -> List[str]:
    """List every page with an example in it."""
    written = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    names = [str(path.relative_to(ROOT)) for path in written if "_build" not in path.parts]
    return [name for name in names if examples(name)]


@pytest.fixture
def desk(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand where a reader stands: two files to upload, and a netrc that only they may read."""
    (tmp_path / "coinc.xml").write_bytes(coinc())
    (tmp_path / "skymap.fits").write_bytes(sky_map())
    netrc = home / ".netrc"
    netrc.write_text("machine 127.0.0.1 login albert.einstein password relativity\n")
    netrc.chmod(0o600)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def fresh() -> Iterator[Sandbox]:
    """Give a sandbox in which nothing has happened: pages name the first id of everything."""
    with Sandbox() as server:
        yield server


def run(example: Example, page: str, names: Dict[str, Any]) -> None:
    """Run one block with what the page's earlier blocks have defined."""
    if example.info == "python":
        # Padded, so that a traceback names the line on the page.
        program = "\n" * (example.line - 1) + example.body
        exec(compile(program, str(ROOT / page), "exec"), names)
        return
    test = doctest.DocTestParser().get_doctest(example.body, names, page, page, example.line - 1)
    report: List[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.FAIL_FAST)
    runner.run(test, out=report.append, clear_globs=False)
    names.update(test.globs)
    assert not report, "".join(report)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning")  # a page need not close what it opens
@pytest.mark.parametrize("page", pages())
def test_pages_run(page: str, desk: Path, fresh: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader who types a page from top to bottom sees what the page shows."""
    monkeypatch.setenv("GRACEDB_SERVICE_URL", fresh.url)
    names: Dict[str, Any] = {"__name__": "__main__"}
    for example in examples(page):
        run(example, page, names)
    # Here, and not in a later test that would be blamed for it.
    names.clear()
    gc.collect()


def test_environment_variables_are_documented() -> None:
    """Every GRACEDB_ variable that the client reads is on the page that lists them."""
    page = (ROOT / "docs/reference/environment.md").read_text(encoding="utf-8")
    read = set()
    for path in sorted((ROOT / "gracedb_core").rglob("*.py")):
        read |= set(re.findall(r"""["'](GRACEDB_[A-Z_]+)["']""", path.read_text(encoding="utf-8")))
    assert read
    assert not {name for name in read if f"`{name}`" not in page}


def test_every_option_is_documented() -> None:
    """Every option of the client is described where it is defined."""
    import inspect

    from gracedb_core import Client

    described = (inspect.getdoc(Client) or "") + (inspect.getdoc(Client.__init__) or "")
    options = [name for name in inspect.signature(Client.__init__).parameters if name != "self"]
    assert options
    assert not [name for name in options if not re.search(rf"\b{name}\b", described)]


def test_links_between_pages_lead_somewhere() -> None:
    """Every relative link in the README and in the contributors' page is a file of the project."""
    for page in ("README.md", "CONTRIBUTING.md"):
        text = (ROOT / page).read_text(encoding="utf-8")
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", text):
            assert (ROOT / target).exists(), f"{page} links to {target}"


def test_the_plugin_page_shows_files() -> None:
    """Every block of the page for plugin authors is from the example, which is tested as it is."""
    page = ROOT / "docs/how-to/write-a-plugin.md"
    fences = re.findall(r"^ *(?:```|~~~|:::)(.*\S)", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert fences
    for fence in fences:
        match = re.fullmatch(r"\{literalinclude\} (\.\./examples/gracedb-hello/\S+)", fence)
        assert match, fence
        assert (page.parent / match[1]).exists(), fence
