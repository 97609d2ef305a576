"""The grammar of netrc files: one reader for every Python, whose own readers differ.

The standard library reads ``p\\q`` differently from 3.11 on, fails on quoted passwords before
it, and quotes passwords in its exceptions. Here, as there today: words end at white space; a word
in double quotes may hold it; a backslash makes the next character ordinary; where a keyword
could stand, ``#`` begins a comment that reaches to the end of its line; ``macdef`` reaches to the
next empty line; the last of several entries for a host counts; ``default`` serves all others.
"""

from __future__ import annotations

import re
from typing import Dict, NamedTuple, Optional

__all__ = ["Login", "NetrcSyntaxError", "find_login"]

_SPACE = re.compile(r"[ \t\r\n]*")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_PLAIN = re.compile(r"(?:[^ \t\r\n\\]|\\.|\\\Z)+", re.DOTALL)
_ESCAPED = re.compile(r"\\(.?)", re.DOTALL)
_LINE = re.compile(r"[^\n]*")
#: What is left of the line with the macro's name, then all lines up to an empty one.
_MACRO = re.compile(r"[^\n]*\n?(?:[^\n]+\n)*(?:[^\n]+\Z|\n)?")

_ENTRY_ENDS = frozenset({"machine", "default", "macdef"})
_FIELDS = {"login": "login", "user": "login", "password": "password", "account": "account"}
#: The key of the entry for every other host.
_DEFAULT = None


class Login(NamedTuple):
    """A user name and a password; without a ``repr`` that would show it."""

    name: str
    password: str

    def __repr__(self) -> str:
        return "Login(...)"


class NetrcSyntaxError(Exception):
    """Something in line *line* is not netrc; *problem* does not say what was there instead."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"line {line}: {problem}")
        self.line = line
        self.problem = problem


def find_login(content: bytes, host: str) -> Optional[Login]:
    """Look up *host*, then the default entry; the whole file must make sense."""
    entries = _entries(_Words(_decoded(content)))
    fields = entries.get(host.lower(), entries.get(_DEFAULT))
    if fields is None:
        return None
    return Login(fields.get("login", ""), fields.get("password", ""))


def _decoded(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
    else:
        return text.replace("\r\n", "\n").replace("\r", "\n")
    raise NetrcSyntaxError(line, "not UTF-8 text")


class _Words:
    """The words of a netrc file, one after the other."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._position = 0
        self._start = 0

    def error(self, problem: str) -> NetrcSyntaxError:
        """Give an error about the word that was read last."""
        return NetrcSyntaxError(self._text.count("\n", 0, self._start) + 1, problem)

    def next(self) -> Optional[str]:
        """Give the next word, or None at the end."""
        self._skip(_SPACE)
        self._start = self._position
        if self._position == len(self._text):
            return None
        quoted = self._text[self._position] == '"'
        match = (_QUOTED if quoted else _PLAIN).match(self._text, self._position)
        if match is None:
            raise self.error("a quotation mark without its partner")
        self._position = match.end()
        return _ESCAPED.sub(r"\1", match.group(1 if quoted else 0))

    def keyword(self) -> Optional[str]:
        """Give the next word where comments may stand, and leave them out."""
        word = self.next()
        while word is not None and word.startswith("#"):
            # The comment is not read as words: an apostrophe or a backslash in it means nothing.
            self._position = self._start
            self._skip(_LINE)
            word = self.next()
        return word

    def value(self, keyword: str) -> str:
        """Give the word that must follow *keyword*."""
        word = self.next()
        if word is None:
            raise self.error(f"nothing follows the last {keyword}")
        return word

    def skip_macro(self) -> None:
        """Go on behind the macro whose name was read last."""
        self._skip(_MACRO)

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self._text, self._position)
        assert match is not None  # these patterns match nothing, too
        self._position = match.end()


def _entries(words: _Words) -> Dict[Optional[str], Dict[str, str]]:
    entries: Dict[Optional[str], Dict[str, str]] = {}
    fields: Optional[Dict[str, str]] = None
    word = words.keyword()
    while word is not None:
        if word == "macdef":
            words.value(word)
            words.skip_macro()
            fields = None
        elif word in _ENTRY_ENDS:
            host = words.value(word).lower() if word == "machine" else _DEFAULT
            fields = entries[host] = {}
        elif fields is None or word not in _FIELDS:
            raise words.error("neither machine, default, macdef, login, password nor account")
        else:
            fields[_FIELDS[word]] = words.value(word)
        word = words.keyword()
    return entries
