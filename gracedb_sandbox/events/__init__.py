"""The events side of the API, as one table of paths.

``graceid`` matches the letters that events have; ``anyid`` also finds what the
server's looser patterns find. A trailing slash means what it means in Django.
"""

from __future__ import annotations

from flask import Blueprint

from ..routes import resource
from . import creation, detail, files, labels, listing, logs, observations, permissions, tags
from . import voevents as announcements

views = Blueprint("events", __name__)
blueprints = (views,)

_EVENT = "/events/<graceid:gid>"
_LOOSE = "/events/<anyid:gid>"
_LOG = f"{_EVENT}/log/<int:n>"
_TAG = f"{_LOG}/tag/<tag>"

resource(views, "/events/", GET=listing.search, POST=creation.create)
resource(views, "/events/search/", POST=listing.search_structured)
resource(views, "/events/reserve/", POST=creation.reserve)
resource(views, _EVENT, GET=detail.read, PUT=creation.replace)
resource(views, f"{_EVENT}/upload/", POST=creation.fill)
resource(views, f"{_EVENT}/update-grbevent/", PATCH=detail.update_grb)
resource(views, f"{_LOOSE}/neighbors/", GET=detail.neighbours)
resource(views, f"{_LOOSE}/labels/", GET=labels.listed)
resource(
    views,
    f"{_LOOSE}/labels/<label>",
    GET=labels.read,
    PUT=labels.apply,
    DELETE=labels.remove,
)
resource(views, f"{_EVENT}/log/", GET=logs.listed, POST=logs.write)
resource(views, _LOG, GET=logs.read)
resource(views, f"{_LOG}/tag/", GET=tags.of_log)
resource(views, _TAG, GET=tags.read, PUT=tags.add, DELETE=tags.remove)
resource(views, f"{_EVENT}/tag/", GET=tags.of_event)
resource(views, f"{_EVENT}/tag/<tag>", GET=tags.one_of_event)
resource(views, f"{_LOOSE}/files/", GET=files.listed)
resource(views, f"{_LOOSE}/files/<path:name>", GET=files.read, PUT=files.write)
resource(views, f"{_EVENT}/voevent/", GET=announcements.listed, POST=announcements.write)
resource(views, f"{_EVENT}/voevent/<int:n>", GET=announcements.read)
resource(views, f"{_EVENT}/emobservation/", GET=observations.listed, POST=observations.write)
resource(views, f"{_EVENT}/emobservation/<int:n>", GET=observations.read)
resource(views, f"{_EVENT}/embb/", GET=observations.embb)
resource(views, f"{_EVENT}/embb/<int:n>", GET=observations.embb_entry)
resource(views, f"{_EVENT}/signoff/", GET=permissions.signoffs)
resource(views, f"{_EVENT}/perms/", GET=permissions.listed)
resource(views, f"{_EVENT}/perms/<group>/", GET=permissions.of_group)
resource(
    views,
    f"{_EVENT}/perms/<group>/<action>",
    GET=permissions.read,
    PUT=permissions.grant,
    DELETE=permissions.withdraw,
)
