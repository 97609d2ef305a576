"""Which GraceDB a request speaks with: decided once, from server generation and URL prefix.

| generation | `/api/`     | `/api/v1/` | `/api/v2/`                    |
|------------|-------------|------------|-------------------------------|
| 2.33       | v1          | v1         | v1 with structured search     |
| 2.36       | the renewed | v1         | the renewed                   |
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

GENERATIONS = ("2.33", "2.36")
PREFIXES = ("/api/v1", "/api/v2", "/api")
"""URL roots, longest first: the first that fits is the request's."""


@dataclass(frozen=True)
class Dialect:
    """How one request is understood and answered.

    *renewed*: the shapes of 2.36 (`logs` instead of `log`, errors in
    ``{"error": …}``, resources that are gone). *structured*: searches take
    JSON or YAML documents and refuse text.
    """

    generation: str
    prefix: str

    @property
    def renewed(self) -> bool:
        """Whether the shapes of 2.36 apply."""
        return self.generation != "2.33" and self.prefix != "/api/v1"

    @property
    def structured(self) -> bool:
        """Whether searches are documents only, as in the v2 of 2.33."""
        return self.generation == "2.33" and self.prefix == "/api/v2"

    @property
    def logs_key(self) -> str:
        """The key under which a list of logs is answered."""
        return "logs" if self.renewed else "log"

    def write(self, body: Any) -> bytes:
        """*body* as JSON: compact as Django REST framework's, spaced in the renewed API."""
        separators = (", ", ": ") if self.renewed else (",", ":")
        text = json.dumps(body, separators=separators, ensure_ascii=False, allow_nan=False)
        # Lone surrogates (from JSON escapes) have no UTF-8; answer them escaped.
        return text.encode("utf-8", "backslashreplace")
