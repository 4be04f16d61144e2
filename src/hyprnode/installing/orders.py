"""What was ordered on the command line and in the environment. Secrets come in the environment, on standard input or in
files: arguments are for everybody on the host to read."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hyprnode.values import BadSetting

USAGE = """\
hyprnode install [--url URL] [--node-id ID] [--code-file FILE] [--token-file FILE] [--ca-file FILE] [--reset-identity]
hyprnode uninstall [--even-with-jobs]
"""
SECRETS = ("hbec_", "hbnt_")


class Refused(Exception):
    """Why not; a sentence."""


@dataclass(frozen=True)
class Order:
    url: str = ""
    node_id: str = ""
    ca_file: str = ""
    code: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    reset_identity: bool = False


def order(words: Sequence[str], environ: Mapping[str, str]) -> Order:
    """An argument counts before the variable of the same purpose."""
    given = dict(options(words))
    return Order(
        url=given.get("--url", environ.get("HYPRBOX_API_URL", "")).rstrip("/"),
        node_id=given.get("--node-id", environ.get("HYPRBOX_NODE_ID", "")),
        ca_file=given.get("--ca-file", environ.get("HYPRBOX_CA_FILE", "")),
        code=secret(given.get("--code-file"), environ.get("HYPRBOX_ENROLMENT_CODE", "")),
        token=secret(given.get("--token-file"), environ.get("HYPRBOX_NODE_TOKEN", "")),
        reset_identity="--reset-identity" in given,
    )


def options(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    left = list(words)
    if any(kind in word for kind in SECRETS for word in words):
        raise Refused("a secret is an argument, which others can read; expected it in a file or on standard input")
    while left:
        name, equals, value = left.pop(0).partition("=")
        if name == "--reset-identity" and not equals:
            yield name, ""
        elif name in ("--url", "--node-id", "--code-file", "--token-file", "--ca-file") and (equals or left):
            yield name, value if equals else left.pop(0)
        else:
            raise BadSetting(f"{name} is no option of install, expected:\n{USAGE}")


def secret(file: str | None, otherwise: str) -> str:
    """`-` is standard input."""
    if file is None:
        return otherwise.strip()
    if file == "-":
        return sys.stdin.readline().strip()
    try:
        return Path(file).read_text("ascii", "replace").strip()
    except OSError as error:
        raise BadSetting(f"{file} cannot be read ({error.strerror}), expected a file with the secret") from None
