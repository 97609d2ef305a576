"""What labels and signoffs allow, ask for and leave behind: tables and their texts.

Only signoff labels have effects on the server. A *request* label (``ADVREQ``,
``H1OPS``) asks for a signoff; the signoff takes it away and leaves a *verdict*
(``ADVOK``, ``H1NO``), which no person may add or remove by hand.
"""

from __future__ import annotations

from typing import Dict, Optional, Sequence, Tuple

__all__ = [
    "INSTRUMENTS",
    "PROTECTED",
    "REQUESTS",
    "SIGNOFF_STATUSES",
    "SIGNOFF_TYPES",
    "VOEVENT_TYPES",
    "blocked_request",
    "request_label",
    "signoff_key",
    "verdict_label",
]

INSTRUMENTS = ("H1", "L1", "V1")
SIGNOFF_TYPES = {"OP": "Operator", "ADV": "Advocate"}
SIGNOFF_STATUSES = ("OK", "NO")

#: request label -> the verdicts that answer it
REQUESTS: Dict[str, Tuple[str, str]] = {
    "ADVREQ": ("ADVOK", "ADVNO"),
    **{f"{ifo}OPS": (f"{ifo}OK", f"{ifo}NO") for ifo in INSTRUMENTS},
}
#: labels that only a signoff adds or removes
PROTECTED = frozenset(verdict for verdicts in REQUESTS.values() for verdict in verdicts)

#: VOEvent type code -> the word in file names and in the notice itself
VOEVENT_TYPES = {
    "PR": "Preliminary",
    "IN": "Initial",
    "UP": "Update",
    "RE": "Retraction",
    "EW": "EarlyWarning",
}

CANNOT_ADD = "The label '{label}' is managed by an automated process and cannot be manually added"
CANNOT_REMOVE = (
    "The label '{label}' is managed by an automated process and cannot be removed manually"
)
#: `anautomated` is the server's spelling
CANNOT_CREATE_WITH = (
    "The following label(s) are managed by anautomated process and cannot be manually added: "
    "{labels}"
)
BLOCKED = (
    "The '{label}' label cannot be applied to request a signoff because a related signoff "
    "already exists."
)
#: `aparticular` is the server's spelling
ADVOCATES_HAVE_NO_INSTRUMENT = (
    "Advocate signoffs are not relevant to aparticular instrument; do not provide one."
)
OPERATORS_HAVE_ONE = "Operator signoffs require an instrument"


def blocked_request(label: str, present: Sequence[str]) -> bool:
    """Say whether *label* asks for a signoff that was already given."""
    return any(verdict in present for verdict in REQUESTS.get(label, ()))


def request_label(signoff_type: str, instrument: str) -> str:
    """Return the label that asks for this signoff."""
    return "ADVREQ" if signoff_type == "ADV" else f"{instrument}OPS"


def verdict_label(signoff_type: str, instrument: str, status: str) -> str:
    """Return the label that this signoff leaves."""
    return f"ADV{status}" if signoff_type == "ADV" else f"{instrument}{status}"


def signoff_key(typeinst: str) -> Optional[Tuple[str, str]]:
    """Read ``ADV`` or ``OPH1`` from an URL into (type, instrument); None if it is neither."""
    if typeinst == "ADV":
        return "ADV", ""
    if typeinst[:2] == "OP" and typeinst[2:] in INSTRUMENTS:
        return "OP", typeinst[2:]
    return None


def signoff_created(signoff_type: str, instrument: str, status: str, comment: str) -> str:
    """Return the log entry of a new signoff."""
    where = f" for {instrument}" if instrument else ""
    return (
        f"{SIGNOFF_TYPES[signoff_type]} signoff certified status as {status}{where}: '{comment}'; "
        f"label {request_label(signoff_type, instrument)} removed and "
        f"label {verdict_label(signoff_type, instrument, status)} applied"
    )


def signoff_updated(
    signoff_type: str, instrument: str, *, status: Tuple[str, str], comment: Tuple[str, str]
) -> str:
    """Return the log entry of a changed signoff; *status* and *comment* are (old, new)."""
    changes = []
    if status[0] != status[1]:
        removed, added = (verdict_label(signoff_type, instrument, each) for each in status)
        changes.append(
            f"status {status[0]} -> {status[1]}, label {removed} removed, label {added} applied"
        )
    if comment[0] != comment[1]:
        changes.append(f"comment '{comment[0]}' -> '{comment[1]}'")
    return f"{_signoff(signoff_type, instrument)} updated: {'; '.join(changes)}"


def signoff_deleted(signoff_type: str, instrument: str, status: str) -> str:
    """Return the log entry of a withdrawn signoff."""
    removed = verdict_label(signoff_type, instrument, status)
    again = request_label(signoff_type, instrument)
    return f"{_signoff(signoff_type, instrument)} deleted: {removed} removed and {again} reapplied"


def _signoff(signoff_type: str, instrument: str) -> str:
    where = f" for {instrument}" if instrument else ""
    return f"{SIGNOFF_TYPES[signoff_type]} signoff{where}"
