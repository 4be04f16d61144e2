"""Which text is a port, a user, a path: narrow on purpose, since it ends up in a script that root runs."""

import re
from dataclasses import dataclass
from enum import StrEnum


class Type(StrEnum):
    PORT = "port"
    SOCKET = "socket"
    INT = "int"
    BOOL = "bool"
    ENUM = "enum"
    USER = "user"
    WHO = "who"
    PATH = "path"
    GLOB = "glob"
    UNIT = "unit"
    PACKAGE = "package"
    NAME = "name"
    TIME = "time"
    NETWORK = "network"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """`bounds` are the least and the most of a number; `like` is a preset's own pattern on top."""

    pattern: str
    expected: str
    bounds: tuple[int, int] | None = None
    like: str | None = None

    def fits(self, text: str) -> bool:
        return re.fullmatch(self.pattern, text) is not None and self._in_bounds(text) and self._is_like(text)

    def _in_bounds(self, text: str) -> bool:
        return self.bounds is None or self.bounds[0] <= int(text) <= self.bounds[1]

    def _is_like(self, text: str) -> bool:
        return self.like is None or re.fullmatch(self.like, text) is not None

    def __str__(self) -> str:
        bounds = "" if self.bounds is None else " from {} to {}".format(*self.bounds)
        return self.expected + bounds + ("" if self.like is None else f" like {self.like}")


# None of these may begin with "-": a command would take it for an option. A number has no leading zero: bash reads
# 010 as eight. A package does not end in "-": apt-get takes "nginx-" for the wish to remove nginx.
_PORT = r"(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
_DATE = r"20[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_BYTE = r"(?:[0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])"
_PART = r"(?!\.{1,2}(?:/|\Z))[\w .+@%:,=~#-]+"
_GLOB_PART = r"(?!\.{1,2}(?:/|\Z))[\w .+@%:,=~#*?\[\]!-]+"

SHAPES = {
    Type.PORT: Shape(pattern=r"[1-9][0-9]{0,4}", expected="a port", bounds=(1, 65535)),
    Type.SOCKET: Shape(pattern=rf"(?:tcp|udp)/{_PORT}", expected="a protocol and a port such as tcp/443"),
    Type.INT: Shape(pattern=r"0|-?[1-9][0-9]{0,9}", expected="a whole number", bounds=(-(10**9), 10**9)),
    Type.BOOL: Shape(pattern=r"true|false", expected="true or false"),
    Type.USER: Shape(pattern=r"[A-Za-z_][A-Za-z0-9_.-]{0,31}", expected="a user such as deploy"),
    Type.WHO: Shape(
        pattern=r"%?[A-Za-z_][A-Za-z0-9_.-]{0,31}", expected="a user such as deploy or a group such as %wheel"
    ),
    Type.PATH: Shape(pattern=rf"/|(?:/{_PART})+", expected="an absolute path such as /etc/ssl/site.pem"),
    Type.GLOB: Shape(pattern=rf"(?:/{_GLOB_PART})+", expected="an absolute pattern such as /etc/ssl/*.pem"),
    Type.UNIT: Shape(pattern=r"[A-Za-z0-9_@:.\\][A-Za-z0-9_@:.\\-]{0,254}", expected="a unit such as nginx.service"),
    Type.PACKAGE: Shape(
        pattern=r"[A-Za-z0-9](?:[A-Za-z0-9+._-]*[A-Za-z0-9+._])?(?::[a-z0-9]+)?", expected="a package such as nginx"
    ),
    Type.NAME: Shape(pattern=r"[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?!\.)){0,252}", expected="a name such as example.com"),
    Type.TIME: Shape(
        pattern=rf"{_DATE}T{_CLOCK}(?:Z|[+-]{_CLOCK})", expected="a time with its offset such as 2026-11-22T03:00+01:00"
    ),
    Type.NETWORK: Shape(
        pattern=rf"{_BYTE}(?:\.{_BYTE}){{3}}(?:/(?:[0-9]|[12][0-9]|3[0-2]))?"
        r"|(?=[0-9a-f]*:[0-9a-f]*:)[0-9a-f:]{2,39}(?:/(?:[0-9]|[1-9][0-9]|1[01][0-9]|12[0-8]))?",
        expected="an address or a network such as 203.0.113.0/24",
    ),
}


def one_of(values: tuple[str, ...]) -> Shape:
    return Shape(pattern="|".join(map(re.escape, values)), expected=f"one of {', '.join(values)}")
