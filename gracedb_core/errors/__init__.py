"""What can go wrong, as classes named by outcome.

::

    GraceDBError
    ├── InputError            an argument that cannot be sent; nothing was sent  (ValueError)
    ├── CredentialError       a credential that exists but cannot be used  (ValueError)
    ├── PluginError           a plugin that is missing, broken or clashes with another
    ├── ClientClosed          a client that was used after close()  (RuntimeError)
    ├── TransportError        no whole answer arrived
    │   ├── ConnectFailed     nothing was sent  (ConnectionError)
    │   │   └── ConnectTimedOut   nobody answered in time  (TimeoutError)
    │   ├── TLSFailed         the handshake failed, nothing was sent  (ConnectionError)
    │   ├── ConnectionLost    the request may have been acted on  (ConnectionError)
    │   ├── TimedOut          the request may have been acted on  (TimeoutError)
    │   └── TruncatedAnswer   the answer ended early  (ConnectionError)
    ├── OutcomeUnknown        a write that may or may not have happened
    │   ├── Unanswered        not in time  (TimeoutError)
    │   └── GatewayFailure    answered 408, 502 or 504 in the server's place; a ServerFault too
    ├── AnswerError           an answer arrived that cannot be used
    │   ├── DecodeError       it is not what the server documents  (ValueError)
    │   └── RedirectRefused   it points where this client does not follow
    └── ResponseError         the server refused, with a status
        ├── BadRequest        400 and other 4xx
        ├── AccessDenied      401, 403
        ├── NotFound          404
        ├── Conflict          409
        ├── Gone              410: removed from newer servers
        ├── Throttled         429
        └── ServerFault       5xx
            └── Unavailable   503

Every error carries its facts as attributes, pickles, and reads as one sentence. Where the
``requests`` library is loaded, whoever wrote ``except requests.HTTPError`` (or
``ConnectionError``, ``Timeout``) catches ours too, and ``error.response`` is a
``requests.Response``: programs written for the older clients depend on it.
"""

from __future__ import annotations

from ._base import (
    ClientClosed,
    CredentialError,
    CredentialWarning,
    GraceDBError,
    InputError,
    PluginError,
    PluginWarning,
    SentRequest,
)
from ._outcomes import GatewayFailure, OutcomeUnknown, Resolution, Unanswered
from ._refusals import (
    AccessDenied,
    BadRequest,
    Conflict,
    Gone,
    NotFound,
    ResponseError,
    ServerFault,
    Throttled,
    Unavailable,
)
from ._transport import (
    AnswerError,
    ConnectFailed,
    ConnectionLost,
    ConnectTimedOut,
    DecodeError,
    RedirectRefused,
    TimedOut,
    TLSFailed,
    TransportError,
    TruncatedAnswer,
)

__all__ = [
    "AccessDenied",
    "AnswerError",
    "BadRequest",
    "ClientClosed",
    "Conflict",
    "ConnectFailed",
    "ConnectTimedOut",
    "ConnectionLost",
    "CredentialError",
    "CredentialWarning",
    "DecodeError",
    "GatewayFailure",
    "Gone",
    "GraceDBError",
    "InputError",
    "NotFound",
    "OutcomeUnknown",
    "PluginError",
    "PluginWarning",
    "RedirectRefused",
    "Resolution",
    "ResponseError",
    "SentRequest",
    "ServerFault",
    "TLSFailed",
    "Throttled",
    "TimedOut",
    "TransportError",
    "TruncatedAnswer",
    "Unanswered",
    "Unavailable",
]

for _name in __all__:
    # Known, shown and pickled by the name under which people import them.
    globals()[_name].__module__ = __name__
del _name
