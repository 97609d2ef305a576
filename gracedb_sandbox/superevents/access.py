"""Who may do what with superevents: groups, and the sentence that refuses the others.

Each action is a row: the groups that may, and the text of the 403. Anonymous
callers get the framework's own text whatever the row says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import FrozenSet

__all__ = ["ACTIONS", "Action", "exposing", "managing", "signing", "signoffs"]

INTERNAL = "internal_users"
OBSERVERS = "lvem_observers"
PUBLIC = "public_users"
MANAGERS = "superevent_managers"
_GUARDIANS = frozenset({"access_managers", "executives"})
_ADVOCATES = frozenset({"em_advocates", "rrt_members"})
_CONTROL_ROOMS = {"H1": "h1_control_room", "L1": "l1_control_room", "V1": "v1_control_room"}

# The framework's own words, where the server states none of its own.
_DEFAULT = "You do not have permission to perform this action."
# A missing or unknown category is refused as if it were production.
_KINDS = {"P": "", "T": "test ", "M": "MDC "}
_EXPOSING = "You are not allowed to {verb} superevent log messages {whom} by {how} the '{tag}' tag."


@dataclass(frozen=True)
class Action:
    """Something that not everybody may do: the groups that may, and the refusal."""

    groups: FrozenSet[str]
    text: str


_INTERNAL = frozenset({INTERNAL})

ACTIONS = {
    # Observers write logs and observations, but label, tag and announce nothing.
    "annotate": Action(_INTERNAL | {OBSERVERS}, _DEFAULT),
    "label": Action(_INTERNAL, "You do not have permission to add labels to superevents."),
    "unlabel": Action(_INTERNAL, "You do not have permission to remove labels from superevents."),
    "log with tags": Action(_INTERNAL, "You are not allowed to post log messages with tags."),
    "tag": Action(_INTERNAL, "You are not allowed to tag log messages."),
    "untag": Action(_INTERNAL, "You are not allowed to remove tags from log messages."),
    "announce": Action(_INTERNAL, "You do not have permission to create VOEvents."),
    "notify": Action(_INTERNAL, "You do not have permission to create notices."),
    "view permissions": Action(
        _INTERNAL | _GUARDIANS, "You are not allowed to view superevent permissions."
    ),
    "expose": Action(_GUARDIANS, "You are not allowed to expose superevents."),
    "hide": Action(_GUARDIANS, "You are not allowed to hide superevents."),
    "catalogue": Action(frozenset({"catalog_managers"}), _DEFAULT),
}


def managing(verb: str, category: str) -> Action:
    """Return the action of managing a superevent of *category* (a code: P, T or M).

    *verb* is the sentence with ``{}`` where the kind of superevent goes, as in
    ``"create {}superevents"``. Everybody internal may play with test superevents.
    """
    # Production and MDC are what alerts are made of; tests harm nobody.
    groups = {MANAGERS, INTERNAL} if category == "T" else {MANAGERS}
    text = f"You are not allowed to {verb}.".format(_KINDS.get(category, ""))
    return Action(frozenset(groups), text)


def exposing(tag: str, *, applying: bool) -> Action:
    """Return the action of applying or removing a tag that opens a log to outsiders."""
    verb, how = ("expose", "applying") if applying else ("hide", "removing")
    link = "to" if applying else "from"
    whom = f"{link} {'the public' if tag == 'public' else 'LV-EM partners'}"
    return Action(_GUARDIANS, _EXPOSING.format(verb=verb, whom=whom, how=how, tag=tag))


def signoffs(verb: str) -> Action:
    """Return the action of viewing, creating, changing or deleting signoffs at all."""
    # Being on some duty comes first; being on this duty is asked by `signing`.
    signers = _ADVOCATES | frozenset(_CONTROL_ROOMS.values())
    groups = _INTERNAL | signers if verb == "view" else signers
    return Action(groups, f"You do not have permission to {verb} superevent signoffs.")


def signing(signoff_type: str, instrument: str) -> Action:
    """Return the action of signing off as an advocate, or for one control room."""
    if signoff_type == "ADV":
        return Action(_ADVOCATES, "You do not have permission to do advocate signoffs.")
    room = _CONTROL_ROOMS.get(instrument)
    return Action(
        frozenset({room} if room else ()),
        f"You do not have permission to do {instrument} signoffs.",
    )
