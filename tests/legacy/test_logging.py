"""Log records become log messages, in their order, and a failure harms nobody."""

from __future__ import annotations

import logging
from typing import Any, Iterator, List

import pytest

from gracedb_core.legacy import GraceDb, GraceDbLogHandler


@pytest.fixture
def log() -> Iterator[logging.Logger]:
    """Give a logger of its own."""
    logger = logging.Logger("a.pipeline")
    yield logger
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
        handler.close()


class Notebook:
    """Takes what would be written, or fails."""

    def __init__(self, error: Any = None) -> None:
        self.error = error
        self.written: List[Any] = []

    def writeLog(self, graceid: str, text: str) -> None:
        """Write it down."""
        if self.error:
            raise self.error
        self.written.append((graceid, text))


def test_records_are_written(log: logging.Logger, gracedb: GraceDb, subject: str) -> None:
    """The server keeps the last newline of an event's messages only."""
    handler = GraceDbLogHandler(gracedb, subject)
    log.addHandler(handler)
    for number in range(3):
        log.info("step %d", number)
    handler.close()
    comments = [row["comment"] for row in gracedb.logs(subject).json()["log"]][-3:]
    end = "" if subject.startswith("TS") else "\n"
    assert comments == [
        f'<div style="white-space:pre-wrap">INFO:a.pipeline:step {number}</div>{end}'
        for number in range(3)
    ]


def test_a_format_of_ones_own(log: logging.Logger) -> None:
    notebook = Notebook()
    handler = GraceDbLogHandler(notebook, "G1")
    handler.setFormatter(logging.Formatter("%(levelname)s|%(message)s"))
    handler.setLevel(logging.WARNING)
    log.addHandler(handler)
    log.info("not this")
    log.error("this")
    handler.close()
    handler.close()
    assert notebook.written == [("G1", "ERROR|this\n")]


def test_after_close_it_begins_anew(log: logging.Logger) -> None:
    notebook = Notebook()
    handler = GraceDbLogHandler(notebook, "G1")
    log.addHandler(handler)
    handler.close()
    log.info("late")
    handler.close()
    assert len(notebook.written) == 1


def test_a_failure_is_told_and_passed_over(
    log: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    handler = GraceDbLogHandler(Notebook(OSError("no server")), "G1")
    log.addHandler(handler)
    log.info("one")
    log.info("%d", "not a number")
    handler.close()
    said = capsys.readouterr().err
    assert "no server" in said
    assert "not a number" in said
