"""The wire to values: statuses to errors, bodies to answers."""

from __future__ import annotations

import json
import re
from typing import Any, Mapping, Optional

from ._inflate import inflated, too_long
from ._json import read_json
from ._wire import MAXIMUM_BODY, MAXIMUM_REFUSAL, Response
from .errors import DecodeError, ResponseError, SentRequest, TruncatedAnswer
from .errors._refusals import response_error_class

__all__ = [
    "body_bytes",
    "decode_json",
    "detail_of",
    "moment",
    "refusal",
    "refusal_bytes",
    "retry_after",
]

_TAGS = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.DOTALL | re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.DOTALL | re.IGNORECASE)
_LONGEST_DETAIL = 500
_SECONDS = re.compile(r"[0-9]{1,18}\Z").match
_TAKEN_FOR_NOBODY = "Authentication credentials were not provided."
#: The keys under which this server hides its words, in both generations.
_ENVELOPES = ("detail", "error", "errors", "warnings", "warning", "message")


def body_bytes(response: Response) -> bytes:
    """Give the whole body, inflated within `MAXIMUM_BODY` and verified to its end.

    Raises `TruncatedAnswer` for one that is not all there, and `DecodeError` for one that is
    damaged, or longer as it came or inflated.
    """
    body, announced = response.body, response.length
    assert isinstance(body, bytes)
    if max(len(body), announced or 0) > MAXIMUM_BODY:
        raise too_long(MAXIMUM_BODY)
    if announced not in (None, len(body)):
        raise TruncatedAnswer(f"The answer ended after {len(body)} of {announced} bytes.")
    plain, wrong = inflated(body, _encoding(response), MAXIMUM_BODY)
    if wrong is not None:
        raise wrong
    return plain


def refusal_bytes(response: Response) -> bytes:
    """Give the body of a refusal, inflated up to `MAXIMUM_REFUSAL`.

    What is damaged, cut or longer gives what can be read of it: the status must not be hidden.
    """
    assert isinstance(response.body, bytes)
    plain, wrong = inflated(response.body, _encoding(response), MAXIMUM_REFUSAL)
    return plain if plain or wrong is None else response.body[:MAXIMUM_REFUSAL]


def _encoding(response: Response) -> str:
    return response.headers.get("content-encoding", "")


def decode_json(body: bytes) -> Any:
    """Read a JSON body; an empty one is None."""
    if not body:
        return None
    try:
        return read_json(body)
    except ValueError:
        raise DecodeError(_not_json(body)) from None


def _not_json(body: bytes) -> str:
    start = body[:200].decode("utf-8", "replace").strip()
    if start[:1] == "<":
        title = f" ({detail_of(body)})" if detail_of(body) else ""
        return f"The answer is a web page{title}, not JSON; is the URL that of an API?"
    if start[:1] in ("{", "[", '"'):
        return "The answer is JSON that is cut short or malformed."
    return f"The answer is {start[:60]!r}, not JSON."


def refusal(
    status: int,
    reason: str,
    headers: Mapping[str, str],
    body: bytes,
    asked: SentRequest,
    *,
    credential: str = "",
) -> ResponseError:
    """Make the error that stands for *status*, in the server's own words.

    *credential* says what was sent of that kind, if anything was.
    """
    detail = detail_of(body)
    told = f"{asked} was refused with {status}: {detail or _shortened(reason) or 'no reason given'}"
    if credential and detail == _TAKEN_FOR_NOBODY:
        # It takes a token that it does not accept for none at all.
        told += f" The {credential} was sent, and the server did not accept it."
    return response_error_class(status)(
        told,
        request=asked,
        status=status,
        reason=reason,
        detail=detail,
        body=body,
        headers=headers,
        retry_after=retry_after(headers),
    )


def retry_after(headers: Mapping[str, str]) -> Optional[float]:
    """Read Retry-After, in seconds or as a date, as seconds from the answer's own Date."""
    text = headers.get("retry-after", "").strip()
    if _SECONDS(text):
        return float(text)
    # The server's own clock tells better than ours how far away its date is.
    then, now = moment(text), moment(headers.get("date", ""))
    return None if then is None or now is None else max(0.0, then - now)


def moment(text: str) -> Optional[float]:
    """Read a date of a header as unix seconds; None for what is none."""
    from email.utils import parsedate_to_datetime  # heavy, and few answers hold a date to read

    try:
        return parsedate_to_datetime(text).timestamp()
    except (TypeError, ValueError, IndexError, OverflowError, OSError):
        return None


def detail_of(body: bytes) -> str:
    """Free the server's words from whichever envelope they came in.

    The server has many: an object with one of several keys, a bare string, a list, a JSON
    string that holds JSON, an HTML page, or plain text.
    """
    text = body.decode("utf-8", "replace").strip()
    if text[:1] == "<":
        return _shortened(_page_words(text))
    try:
        return _shortened(_words(read_json(body)))
    except (ValueError, RecursionError):  # readable, and still too deep to be spelled again
        return _shortened(text)


def _words(value: Any, depth: int = 0) -> str:
    if isinstance(value, str) and value[:1] in "{[" and depth < 4:
        try:
            return _words(read_json(value.encode("utf-8", "replace")), depth + 1)
        except ValueError:
            return value
    if isinstance(value, int) and depth == 0:
        # All that is left of a list with a bad element, once the server has flattened it.
        return f"the element at index {value} of a list was refused"
    if isinstance(value, dict) and depth < 4:
        inside = [_words(value[key], depth + 1) for key in _ENVELOPES if value.get(key)]
        if inside:
            return ": ".join(inside)
        return "; ".join(f"{key}: {_words(item, depth + 1)}" for key, item in value.items())
    if isinstance(value, list) and depth < 4:
        return "; ".join(_words(item, depth + 1) for item in value)
    return value if isinstance(value, str) else json.dumps(value)


def _page_words(page: str) -> str:
    title = _TITLE.search(page[:20000])
    return " ".join((title.group(1) if title else _TAGS.sub(" ", page[:20000])).split())


def _shortened(text: str) -> str:
    # One line, and nothing in it that a terminal obeys.
    beginning = text[: 20 * _LONGEST_DETAIL]
    text = " ".join("".join(c if c.isprintable() else " " for c in beginning).split())
    return text if len(text) <= _LONGEST_DETAIL else text[: _LONGEST_DETAIL - 1] + "…"
