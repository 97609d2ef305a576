"""A transport that loses answers of writes, over one that does not."""

from __future__ import annotations

from typing import Any, Callable, List

from gracedb_core import Client
from gracedb_core._drivers import Blocking
from gracedb_core._retry import RetryPolicy
from gracedb_core._wire import Request, Response
from gracedb_core.errors import ConnectionLost
from gracedb_core.resources import Root

#: What becomes of a write.
PASS, LOSE, DROP, LATE = "passed on", "done and not answered", "lost on the way", "done too late"


class Losing:
    """Does to each write what the plan says; reads pass.

    One that comes late is kept until *patience* reads have been asked for. Those of files and of
    further pages do not count: they are as many as other tests have just uploaded events.
    """

    def __init__(self, send: Callable[[Request], Response], *plan: str, patience: int = 3) -> None:
        self._send = send
        self._plan = list(plan)
        self._patience = patience
        self._late: List[Any] = []
        self.writes: List[str] = []

    def send(self, request: Request) -> Response:
        """Play the next part of the plan."""
        if request.method == "GET":
            if "/files/" not in request.target and "start=" not in request.target:
                self._deliver()
            return self._send(request)
        self.writes.append(f"{request.method} {request.target}")
        fate = self._plan.pop(0) if self._plan else PASS
        if fate == PASS:
            return self._send(request)
        if fate == LOSE:
            self._send(request)
        if fate == LATE:
            self._late.append([self._patience, request])
        raise ConnectionLost("The connection broke.")

    def _deliver(self) -> None:
        for waiting in tuple(self._late):
            waiting[0] -= 1
            if waiting[0] <= 0:
                self._late.remove(waiting)
                self._send(waiting[1])


#: Quick, and as often as by default.
QUICK = RetryPolicy(pause=0.001, settled_after=0.0)


def losing(client: Client, *plan: str, patience: int = 3, policy: RetryPolicy = QUICK) -> Any:
    """Give the tree of *client* over a transport that loses what the plan says, and that one."""
    transport = Losing(client._connection.transport().send, *plan, patience=patience)
    session = client._session.replaced(policy=policy)
    driver = Blocking(lambda: transport, client._connection.submit)
    root: Root[Any] = Root(session, driver)
    return root, transport
