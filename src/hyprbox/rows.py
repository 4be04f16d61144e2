"""Many rows as one parameter, for as many statements as need them.

One statement a batch, not one a row: between rows the driver would let go of Python's lock and wait for it again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import starmap
from typing import Any

import msgspec
from sqlalchemy import JSON, ColumnElement, CursorResult, String, Text, cast, column, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session

Row = tuple[Any, ...]
_json = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Rows:
    """`columns` are their names and what PostgreSQL calls the types of their values."""

    columns: Mapping[str, str]
    sqlite: bool
    json: str

    @classmethod
    def of(cls, session: Session, columns: Mapping[str, str], rows: list[Row]) -> "Rows":
        sqlite = session.get_bind().dialect.name == "sqlite"
        shaped = rows if sqlite else list(starmap(_named(tuple(columns)), rows))
        return cls(columns, sqlite, _json.encode(shaped).decode())

    def run(self, session: Session, statement: str) -> int:
        """How many rows it changed, or what it counted."""
        result = self._execute(session, statement)
        return int(result.scalar_one()) if result.returns_rows else result.rowcount

    def ask(self, session: Session, statement: str) -> list[Any]:
        """The first column of what it finds: few, between which the lock is let go of."""
        return list(self._execute(session, statement).scalars())

    def _execute(self, session: Session, statement: str) -> CursorResult[Any]:
        """GIVEN in the statement are the rows, each called `given`."""
        made = statement.replace("GIVEN", self._from_sqlite() if self.sqlite else self._from_postgresql())
        return session.connection().exec_driver_sql(made, {"rows": self.json})

    def _from_sqlite(self) -> str:
        """No WITH in front of the statement: behind one the driver does not count what an UPDATE has changed."""
        columns = ", ".join(f"value ->> {place} AS {name}" for place, name in enumerate(self.columns))
        return f"(SELECT {columns} FROM json_each(:rows)) AS given"

    def _from_postgresql(self) -> str:
        shape = ", ".join(f"{name} {kind}" for name, kind in self.columns.items())
        return f"json_to_recordset(CAST(%(rows)s AS json)) AS given({shape})"


def is_any(
    session: Session, one: ColumnElement[str] | InstrumentedAttribute[str], of: Iterable[str]
) -> ColumnElement[bool]:
    """However many there are: a parameter for each would be too many for a driver at some time."""
    sqlite = session.get_bind().dialect.name == "sqlite"
    them = _json.encode(list(of)).decode()
    each = func.json_each(them) if sqlite else func.json_array_elements_text(cast(literal(them, Text), JSON))
    given = each.table_valued(column("value", String))
    return one.in_(select(given.c.value))


@cache
def _named(columns: tuple[str, ...]) -> type[msgspec.Struct]:
    """A row in which each value has its name: made and encoded in a third of the time that a dict takes."""
    return msgspec.defstruct("Given", columns)
