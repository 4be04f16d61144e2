"""A TOML table that is asked for each key by type; a complaint names file, key, value and expectation."""

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import TypeVar

E = TypeVar("E", bound=StrEnum)


class BrokenPreset(ValueError):
    """The folder is no preset; the text says which file, what is wrong and what was expected."""


class Table:
    def __init__(self, where: str, values: Mapping[str, object]) -> None:
        self.where = where
        self._values = values
        self._asked: set[str] = set()

    def text(self, key: str, pattern: str = r".+", expected: str = "text", default: str | None = None) -> str:
        value = self._get(key, expected, default)
        if isinstance(value, str) and (value == default or re.fullmatch(pattern, value, re.DOTALL)):
            return value
        raise self.complaint(key, value, expected)

    def line(self, key: str) -> str:
        return self.text(key, r"[^\n]+", "one line of text")

    def number(self, key: str, least: int, most: int, default: int | None = None) -> int:
        expected = f"a whole number from {least} to {most}"
        value = self._get(key, expected, default)
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        raise self.complaint(key, value, expected)

    def flag(self, key: str) -> bool:
        """False when it is left out."""
        value = self._get(key, "true or false", False)
        if isinstance(value, bool):
            return value
        raise self.complaint(key, value, "true or false")

    def flags(self, key: str) -> dict[str, bool]:
        """A table of such; empty when it is left out."""
        value = self._get(key, "a table of true and false", {})
        if isinstance(value, dict) and all(isinstance(flag, bool) for flag in value.values()):
            return value
        raise self.complaint(key, value, "a table of true and false")

    def names(self, key: str, pattern: str, expected: str) -> tuple[str, ...]:
        """Empty when it is left out."""
        value = self._get(key, expected, [])
        if isinstance(value, list) and all(isinstance(item, str) and re.fullmatch(pattern, item) for item in value):
            return tuple(value)
        raise self.complaint(key, value, expected)

    def choice(self, key: str, kind: type[E], default: E | None = None) -> E:
        value = self._get(key, _one_of(kind), default)
        if isinstance(value, str) and value in list(kind):
            return kind(value)
        raise self.complaint(key, value, _one_of(kind))

    def choices(self, key: str, kind: type[E]) -> tuple[E, ...]:
        """Empty when it is left out."""
        return tuple(kind(name) for name in self.names(key, "|".join(kind), f"a list with any of {', '.join(kind)}"))

    def anything(self, key: str) -> object:
        self._asked.add(key)
        return self._values.get(key)

    def tables(self, key: str) -> Iterator[tuple[str, "Table"]]:
        value = self._get(key, "tables", {})
        if not isinstance(value, dict):
            raise self.complaint(key, value, "tables")
        for name, values in value.items():
            if not isinstance(values, dict):
                raise self.complaint(f"{key}.{name}", values, "a table")
            yield name, Table(f"{self.where}: {key}.{name}", values)

    def end(self) -> None:
        """Nothing else is in the table: a misspelt key must not be silently without effect."""
        for key in self._values.keys() - self._asked:
            raise BrokenPreset(f"{self.where}: {key} means nothing, expected one of {', '.join(sorted(self._asked))}")

    def complaint(self, key: str, value: object, expected: str) -> BrokenPreset:
        return BrokenPreset(f"{self.where}: {key} is {value!a:.80}, expected {expected}")

    def _get(self, key: str, expected: str, default: object) -> object:
        value = self.anything(key)
        if value is None and default is None:
            raise BrokenPreset(f"{self.where}: {key} is missing, expected {expected}")
        return default if value is None else value


def _one_of(kind: type[StrEnum]) -> str:
    return f"one of {', '.join(kind)}"
