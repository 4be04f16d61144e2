"""One parameter of a preset: what it is for, what it may be, where a finding says it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from hyprbox.presets.shapes import Shape, Type

LENGTH = 1024
ITEMS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """Without a `default` it must be given. `source` is "key" or a field of the metadata; `capture` cuts it out."""

    name: str
    type: Type
    shape: Shape
    description: str
    many: bool = False
    default: str | None = None
    values: tuple[str, ...] = ()
    source: str | None = None
    capture: str | None = None

    def accept(self, given: object) -> str:
        """The text that the script gets; ValueError says what was expected instead.

        Left out is None, or "" where it is one value: that is what an empty field of a form sends.
        Many come as a list or as text with spaces, and go to the script as text with spaces.
        """
        if given is None or (given == "" and not self.many):
            return self._left_out()
        if not self.many:
            return self._accept_one(given)
        items = given if isinstance(given, list) else [item for item in self._text(given).split(" ") if item]
        if len(items) > ITEMS:
            raise ValueError(f"{self.name} has {len(items)} values, expected at most {ITEMS}")
        return " ".join(self._accept_one(item) for item in items)

    def found_in(self, key: str, metadata: Mapping[str, object]) -> object:
        """What the finding says of it, None when it does not."""
        if self.source is None:
            return None
        value = key if self.source == "key" else metadata.get(self.source)
        if self.capture is None or not isinstance(value, str):
            return value
        match = re.fullmatch(self.capture, value)
        return match and match[1]

    def _left_out(self) -> str:
        if self.default is None:
            raise ValueError(f"{self.name} is missing, expected {self.shape}")
        return self.default

    def _accept_one(self, given: object) -> str:
        text = self._text(given)
        if not self.shape.fits(text):
            raise ValueError(f"{self.name} is {text!a:.80}, expected {self.shape}")
        if self.many and " " in text:
            raise ValueError(f"{self.name} is {text!a:.80}, expected no space in one of many")
        return text

    def _text(self, given: object) -> str:
        text = str(given).lower() if isinstance(given, bool) else str(given)
        if not isinstance(given, str | int):
            raise ValueError(f"{self.name} is {text!a:.80}, expected {self.shape}")
        if len(text) > LENGTH:
            raise ValueError(f"{self.name} has {len(text)} characters, expected at most {LENGTH}")
        if not text.isprintable():  # no line breaks, no escapes, nothing that turns a line of text round
            raise ValueError(f"{self.name} is {text!a:.80}, expected no control characters")
        return text
