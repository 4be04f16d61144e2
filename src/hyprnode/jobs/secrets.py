"""What must not appear in a job's output: which values are secret, and every form in which one may be written."""

import re
from binascii import b2a_base64
from collections.abc import Collection, Iterator, Mapping
from itertools import chain
from json import dumps
from urllib.parse import quote

SHORTEST_GUESS = 4  # what is only taken for a secret by its name, and is shorter, would shred the output
SHORTEST_PART = 8  # of a secret of several lines, or of one in base64
HARMLESS = frozenset({"true", "false", "none", "null"})
TELLING = re.compile(r"passw|passphrase|secret|token|credential|apikey|privatekey", re.IGNORECASE)
WORDS = frozenset({"auth", "bearer", "cookie", "key", "keys", "pass", "pwd"})
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
DIRECTORIES = ("PWD", "OLDPWD")

KEPT_IN_URLS = ("", "/", "!'()*", ";/?:@&=+$,#!'()*")  # nothing; by Python; by encodeURIComponent; by encodeURI


def forms_of_all(token: str, env: Mapping[str, str], redact: Collection[str]) -> list[bytes]:
    """Of the node's token, and of the variables that are listed in `redact` or look secret."""
    values = {token, *(value for name, value in env.items() if name in redact or is_secret(name, value))}
    return sorted(set(chain.from_iterable(map(forms, values - {""}))))


def is_secret(name: str, value: str) -> bool:
    """By its name."""
    return looks_secret(name) and len(value) >= SHORTEST_GUESS and value.lower() not in HARMLESS


def looks_secret(name: str) -> bool:
    words = {word.lower() for word in WORD.findall(name)}
    return name not in DIRECTORIES and bool(TELLING.search(name.replace("_", "")) or words & WORDS)


def forms(value: str) -> Iterator[bytes]:
    """As it is, as a shell or JSON writes it, in a URL, and inside base64 wherever it stands."""
    yield from (text.encode("utf-8", "replace") for text in {value, value.strip(), *quoted(value), *in_urls(value)})
    yield from in_base64(value.strip().encode("utf-8", "replace"))
    yield from (line.encode("utf-8", "replace") for line in lines(value))


def quoted(value: str) -> Iterator[str]:
    yield value.replace("'", "'\\''")
    yield dumps(value)[1:-1]
    yield dumps(value, ensure_ascii=False)[1:-1]


def in_urls(value: str) -> Iterator[str]:
    for kept in KEPT_IN_URLS:
        escaped = quote(value, safe=kept, errors="replace")
        yield from (escaped, in_lower_case(escaped), escaped.replace("%20", "+"))


def in_lower_case(escaped: str) -> str:
    return re.sub("%..", lambda code: code[0].lower(), escaped)


def in_base64(value: bytes) -> Iterator[bytes]:
    """The characters that it alone decides, at each of the three places in a group where it may begin."""
    for before in range(3):
        encoded = b2a_base64(bytes(before) + value, newline=False)
        core = encoded[(before * 8 + 5) // 6 : (before + len(value)) * 8 // 6]
        if len(core) >= SHORTEST_PART:
            yield from (core, core.translate(bytes.maketrans(b"+/", b"-_")))


def lines(value: str) -> list[str]:
    """Of a key, say, which may be shown with other line breaks than its own."""
    found = [line.strip() for line in value.splitlines()]
    return [line for line in found if len(line) >= SHORTEST_PART] if len(found) > 1 else []
