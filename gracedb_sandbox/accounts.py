"""The users every sandbox has unless told otherwise, as plain data.

Imports nothing, so that tests and `Sandbox.users` have it without the extra.
"""

from __future__ import annotations

from typing import Any, Dict, Mapping, Tuple

DEFAULT_USERS: Tuple[Dict[str, Any], ...] = (
    {
        "username": "albert.einstein",
        "password": "relativity",
        "first_name": "Albert",
        "last_name": "Einstein",
        "email": "albert.einstein@ligo.org",
        "groups": [
            "internal_users",
            "superevent_managers",
            "access_managers",
            "executives",
            "em_advocates",
            "rrt_members",
            "h1_control_room",
            "l1_control_room",
            "v1_control_room",
            "catalog_managers",
        ],
        "pipelines": ["*"],
        "permissions": ["t90_grbevent"],
        "token": "a-token-of-albert.einstein",
        "subject": "/DC=org/DC=cilogon/C=US/O=LIGO/CN=Albert Einstein albert.einstein@ligo.org",
    },
    {
        "username": "henrietta.leavitt",
        "password": "cepheids",
        "first_name": "Henrietta",
        "last_name": "Leavitt",
        "email": "henrietta.leavitt@example.org",
        "groups": ["lvem_observers"],
        "token": "a-token-of-henrietta.leavitt",
        "subject": "/DC=org/DC=cilogon/C=US/O=Harvard College Observatory/CN=Henrietta Leavitt",
    },
)
"""An internal user with every right, and an external observer."""


def subject_of(user: Mapping[str, Any]) -> str:
    """The name in a user's certificates, as GraceDB spells it; made up where none is given."""
    return str(user.get("subject") or f"/O=GraceDB sandbox/CN={user['username']}")
