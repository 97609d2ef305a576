"""Every view of the superevents side.

Not in the package itself: searches need the ids of this package, and its views
need the searches.
"""

from __future__ import annotations

from . import (
    core,
    emobservations,
    files,
    labels,
    logs,
    members,
    notices,
    permissions,
    signoffs,
    voevents,
)

__all__ = ["blueprints"]

blueprints = tuple(
    module.views
    for module in (
        core,
        members,
        labels,
        logs,
        files,
        voevents,
        emobservations,
        permissions,
        signoffs,
        notices,
    )
)
