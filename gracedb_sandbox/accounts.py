"""The users every sandbox has unless told otherwise, as plain data.

Imports nothing, so that tests and `Sandbox.users` have it without the extra.
"""

from __future__ import annotations

from typing import Any, Dict, Tuple

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
    },
    {
        "username": "henrietta.leavitt",
        "password": "cepheids",
        "first_name": "Henrietta",
        "last_name": "Leavitt",
        "email": "henrietta.leavitt@example.org",
        "groups": ["lvem_observers"],
        "token": "a-token-of-henrietta.leavitt",
    },
)
"""An internal user with every right, and an external observer."""
