"""What a form has sent. Read by ourselves: the framework would keep the last thousand bodies, with their passwords."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from hyprbox.errors import Invalid, TooLarge

KIND = "application/x-www-form-urlencoded"
MOST_FIELDS = 1000
LARGEST_OF_STRANGERS = 16 * 1024


class Form:
    def __init__(self, fields: Sequence[tuple[str, str]] = ()) -> None:
        self._fields = fields

    def text(self, name: str) -> str:
        """Without white space around it; "" when the field is absent."""
        return self.raw(name).strip()

    def raw(self, name: str) -> str:
        """As typed, with the line ends of Unix: browsers send those of DOS."""
        return next((value.replace("\r\n", "\n") for field, value in self._fields if field == name), "")

    def all(self) -> Sequence[tuple[str, str]]:
        return self._fields

    def every(self, name: str) -> list[str]:
        return [value for field, value in self._fields if field == name]


TheForm = NamedDependency[SkipValidation[Form]]


async def read(request: Request[Any, Any, Any]) -> Form:
    """Empty when the body is no form."""
    if not request.headers.get("content-type", "").startswith(KIND):
        return Form()
    if request.user is None:
        _check_small(request.headers.get("content-length", ""))
    try:
        fields = parse_qsl(
            (await request.body()).decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS
        )
    except ValueError:
        raise Invalid(f"the form is malformed, expected UTF-8 and at most {MOST_FIELDS} fields") from None
    return Form(fields)


def _check_small(length: str) -> None:
    """Before anybody is known, a form is a name and a password, and not a way to fill memory."""
    if not length.isdecimal() or int(length) > LARGEST_OF_STRANGERS:
        raise TooLarge(f"the form has {length[:20] or 'an unknown number of'} bytes, expected {LARGEST_OF_STRANGERS}")
