"""Shell text as far as a lint has to understand it: what is code, which functions, which commands, on which line."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

# A quote within "$(...)" ends the outer one here. The quotes still come in pairs, so only what stands between goes
# unseen, and that is good enough: shellcheck and a reader look as well.
_OPAQUE = re.compile(
    r"""(?<![^\s;|&(])\#[^\n]* | '[^']*' | "(?:[^"\\]|\\.)*" | \\.
    | (?<!<)<<-?(?!<)[ \t]*['"\\]?(?P<end>\w+)['"]?[^\n]*\n.*?^\t*(?P=end)$""",
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
_FUNCTION = re.compile(r"^[ \t]*(?:function[ \t]+)?([\w:.-]+)[ \t]*\(\)", re.MULTILINE)
_WHOLE_FUNCTION = re.compile(r"^[\w:.-]+\(\) (?:\{[^\n]*\}|\([^\n]*\)|\{.*?^\}|\(.*?^\)) *$", re.DOTALL | re.MULTILINE)
_ASSIGNMENT = re.compile(r"^\w+\+?=(?:\((?:[^()$`]|\$(?!\())*\)|(?:[^\s()$`]|\$(?!\())*) *$", re.MULTILINE)
_NOT_A_COMMAND = re.compile(r"\$\{[^{}]*\}|\$?\(\([^\n]*?\)\)")
_SIMPLE_COMMAND = re.compile(r"[^\n;|&(){}`]+")
_BEFORE_A_COMMAND = re.compile(r"\A(?:(?:!|if|then|elif|else|while|until|do|time|builtin|command|exec|\w+\+?=\S*)\s+)+")
_CONTINUED = "\v"  # no preset has one, and it is white space


@dataclass(frozen=True, slots=True)
class Command:
    """A simple command: its words, with underlines for what is quoted in them."""

    line: int
    words: list[str]


def code(text: str) -> str:
    """The text without comments and here-documents and with underlines in quotes; every line stays where it is."""
    return _OPAQUE.sub(lambda match: _hide(match[0]), text)


def functions(code: str) -> Iterator[tuple[int, str]]:
    """Line and name of each function that is defined."""
    for match in _FUNCTION.finditer(code):
        yield line_of(code, match.start(1)), match[1]


def outside_functions(code: str) -> Iterator[Command]:
    """What runs as soon as the text is read, besides assignments that run nothing."""
    yield from commands(_blank(_ASSIGNMENT, _blank(_WHOLE_FUNCTION, code)))


def commands(code: str) -> Iterator[Command]:
    code = _blank(_NOT_A_COMMAND, code)
    for match in _SIMPLE_COMMAND.finditer(code):
        text = match[0].lstrip()
        if words := _BEFORE_A_COMMAND.sub("", text + " ").split():
            yield Command(line_of(code, match.end() - len(text)), words)


def line_of(code: str, position: int) -> int:
    return 1 + sum(code.count(end, 0, position) for end in ("\n", _CONTINUED))


def _hide(piece: str) -> str:
    if piece == "\\\n":
        return _CONTINUED
    if piece[0] in "'\"":
        return piece[0] + re.sub(r"[^\n]", "_", piece[1:-1]) + piece[-1]
    return re.sub(r"[^\n]", "_" if piece[0] == "\\" else " ", piece)


def _blank(pattern: re.Pattern[str], code: str) -> str:
    return pattern.sub(lambda match: re.sub(r"[^\n\v]", " ", match[0]), code)
