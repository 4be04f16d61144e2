"""Lists are answered in pages: up to `limit` items and a cursor for the next ones, which is the key of the last."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

from litestar.params import QueryParameter

T = TypeVar("T")
R = TypeVar("R")

Limit = Annotated[int, QueryParameter(ge=1, le=500)]
DEFAULT = 100


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    items: list[T]
    next: str | None


def page(rows: Sequence[R], limit: int, show: Callable[[R], T], key: Callable[[R], str]) -> Page[T]:
    """`rows` were asked for with one more than `limit`, which tells whether there are more."""
    return Page([show(row) for row in rows[:limit]], key(rows[limit - 1]) if len(rows) > limit else None)
