"""What a user's type checker sees; checked by mypy, never run.

Where a line must be an error, a comment that silences exactly that error stands on it: mypy
complains of the comment as soon as there is nothing to silence.
"""

from __future__ import annotations

import io
from typing import Any, Dict, Iterator, List

from typing_extensions import assert_type

from gracedb_core import Client, errors
from gracedb_sdk import Client as LegacyClient

Json = Dict[str, Any]

client = Client(url="https://gracedb.example.org/api/", token="robot.token")
assert_type(LegacyClient(), Client)

# Answers have types.
assert_type(client.user_info(), Json)
assert_type(client.events["G1"].get(), Json)
assert_type(client.superevents["S230619a"].get(), Json)
assert_type(client.superevents["S230619a"].labels.get(), List[Json])
assert_type(client.superevents["S230619a"].is_exposed(), bool)
assert_type(client.events["G1"].logs[3].tags.delete("sky_loc"), None)
assert_type(client.events.search(query="far < 1e-6"), Iterator[Json])
with client.events["G1"].files["coinc.xml"].get() as file:
    assert_type(file, io.BufferedReader)

# A wrong turn is an error before the program runs.
client.superevents["S230619a"].log  # type: ignore[attr-defined]
client.event  # type: ignore[attr-defined]
client.superevents["S230619a"].neighbors  # type: ignore[attr-defined]
client.events["G1"].expose()  # type: ignore[attr-defined]

# So are a misspelt option, and a value of another kind.
Client(tokn="robot.token")  # type: ignore[call-arg]
client.superevents["S230619a"].labels.create()  # type: ignore[call-arg]
client.superevents["S230619a"].labels.create(label=1)  # type: ignore[arg-type]
client.superevents[1]  # type: ignore[index]

# What can be caught has its facts as attributes.
try:
    client.get()
except errors.ResponseError as error:
    assert_type(error.status, int)
    assert_type(error.detail, str)
    assert_type(error.retryable, bool)
