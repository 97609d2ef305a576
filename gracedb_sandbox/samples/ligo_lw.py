"""LIGO_LW XML as pipelines write it: tables of typed columns with integer ids."""

from __future__ import annotations

import struct
from typing import Any, Mapping, NamedTuple, Sequence
from xml.sax.saxutils import escape

__all__ = ["Table", "document"]

_HEAD = """\
<?xml version='1.0' encoding='utf-8'?>
<!DOCTYPE LIGO_LW SYSTEM "http://ldas-sw.ligo.caltech.edu/doc/ligolwAPI/html/ligolw_dtd.txt">
<LIGO_LW>
"""


class Table(NamedTuple):
    """A table: its name, its columns as ``"name type"`` strings, and one mapping for each row.

    A column that is another table's key is written ``table:name type``. What a row leaves out
    becomes an empty token, which is how LIGO_LW spells null.
    """

    name: str
    columns: Sequence[str]
    rows: Sequence[Mapping[str, Any]]

    def xml(self) -> str:
        """Return the table as an XML element."""
        columns = [column.split() for column in self.columns]
        head = "".join(
            f'\t\t<Column Name="{name if ":" in name else f"{self.name}:{name}"}" Type="{kind}"/>\n'
            for name, kind in columns
        )
        keys = [(name.split(":")[-1], kind) for name, kind in columns]
        lines = [",".join(_token(row.get(key), kind) for key, kind in keys) for row in self.rows]
        if lines and lines[-1].endswith(","):
            lines[-1] += ","  # readers take an empty last token for the end unless it is closed
        body = ",\n".join(f"\t\t\t{line}" for line in lines)
        return (
            f'\t<Table Name="{self.name}:table">\n{head}'
            f'\t\t<Stream Delimiter="," Name="{self.name}:table" Type="Local">\n'
            f"{body}\n\t\t</Stream>\n\t</Table>\n"
        )


def document(tables: Sequence[Table]) -> bytes:
    """Return a LIGO_LW document that holds *tables*."""
    return (_HEAD + "".join(table.xml() for table in tables) + "</LIGO_LW>\n").encode()


def _token(value: Any, kind: str) -> str:
    if value is None:
        return ""
    if kind in ("lstring", "char_v"):
        quoted = str(value).replace("\\", "\\\\").replace('"', '\\"')
        return escape(f'"{quoted}"')
    if kind == "real_4":
        # Eight digits say all that a single-precision number holds, as gstlal prints them.
        return f"{struct.unpack('f', struct.pack('f', value))[0]:.8g}"
    return repr(value)
