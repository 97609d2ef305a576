"""Every public name of the older client is there, or is left out for a reason that is told."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys

import pytest

import gracedb_core.legacy
from gracedb_core.legacy import OMITTED, GraceDb
from tests.meta.tree import ROOT

#: What ``ligo.gracedb.rest.GraceDb`` 2.16.1 defines; an interop test compares it with the real one.
NAMES = frozenset(
    [
        *("addEventToSuperevent", "addTag", "add_event_to_superevent"),
        *("add_pipeline_preferred_event", "add_tag", "allowed_labels", "api_versions", "close"),
        *("confirm_superevent_as_gw", "createEvent", "createSuperevent", "createVOEvent"),
        *("create_event", "create_kafka_producer", "create_notice", "create_signoff"),
        *("create_superevent", "create_voevent", "delete_signoff", "em_groups", "emobservations"),
        *("event", "events", "files", "get_file", "get_user_info", "groups", "gwtc_create"),
        *("gwtc_get", "gwtc_list", "gwtc_numbers", "gwtc_versions", "instruments", "labels"),
        *("links", "load_json_from_response", "logs", "modify_permissions", "notices", "numEvents"),
        *("num_events", "permissions", "ping", "pipelines", "removeEventFromSuperevent"),
        *("removeLabel", "removeTag", "remove_event_from_superevent", "remove_label"),
        *("remove_pipeline_preferred_event", "remove_tag", "replaceEvent", "replace_event"),
        *("request", "searches", "server_version", "service_info", "service_url"),
        *("show_credentials", "signoff_statuses", "signoff_types", "signoffs", "superevent"),
        *("superevent_categories", "superevents", "tags", "templates", "updateSuperevent"),
        *("update_grbevent", "update_signoff", "update_superevent", "upload_reserved_event"),
        *("voevent_types", "voevents", "writeEMObservation", "writeLabel", "writeLog"),
        *("write_emobservation", "write_label", "write_log"),
    ]
)
#: What it has from sessions of ``requests``, and programs use.
VERBS = ("get", "head", "options", "post", "put", "patch", "delete")


def test_nothing_is_forgotten() -> None:
    there = {name for name in NAMES if hasattr(GraceDb, name)}
    assert there | OMITTED.keys() == NAMES
    assert not there & OMITTED.keys()
    assert all(OMITTED.values())


@pytest.mark.parametrize("verb", VERBS)
def test_the_verbs_are_there(verb: str) -> None:
    assert callable(getattr(GraceDb, verb))


def test_nothing_is_added() -> None:
    """What is not the older client's has an underscore, so that subclasses may name theirs."""
    ours = {name for name in dir(GraceDb) if not name.startswith("_")}
    assert ours - NAMES == set(VERBS)


def test_everything_says_what_it_does() -> None:
    for name in NAMES - OMITTED.keys():
        assert inspect.getdoc(inspect.getattr_static(GraceDb, name)), name


def test_the_page_tells_what_is_left_out() -> None:
    page = (ROOT / "docs/reference/legacy.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `(\w+)` +\| (.*?) +\|$", page, re.MULTILINE))
    assert told == dict(OMITTED)


def test_what_is_exported() -> None:
    for name in gracedb_core.legacy.__all__:
        assert hasattr(gracedb_core.legacy, name)


def test_others_do_not_pay() -> None:
    """Whoever imports the client does not load it."""
    program = (
        "import sys; from gracedb_core import Client; Client('https://127.0.0.1/api/'); "
        "print(*[name for name in sys.modules if name.startswith('gracedb_core.legacy')])"
    )
    done = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, check=True)
    assert done.stdout.strip() == b""
