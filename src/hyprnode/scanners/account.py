"""Accounts that let in whom they should not."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from hyprnode.config import Config
from hyprnode.facts.accounts import Account, accounts
from hyprnode.host import Host
from hyprnode.scanners.contract import FindingType, Gap, Scanner, Seen, unreadable
from hyprwire import Finding, Severity

PASSWD, SHADOW = "/etc/passwd", "/etc/shadow"
ELSEWHERE = "x"  # the password stands in /etc/shadow
# MD5, DES and BSDi's DES: tried out by the billion in a second.
WEAK = re.compile(r"\$1\$.*|[A-Za-z0-9./]{13}|_[A-Za-z0-9./]{19}")

UID0 = FindingType(
    "account.uid0",
    "Second account with uid 0",
    "An account besides root is root.",
    (Severity.CRITICAL,),
)
EMPTY_PASSWORD = FindingType(
    "account.empty_password",
    "Account without a password",
    "Nothing needs to be known to be this user.",
    (Severity.CRITICAL,),
)
WEAK_HASH = FindingType(
    "account.weak_hash",
    "Password kept in an obsolete way",
    "The password is hashed with MD5 or DES: whoever gets hold of the file has it soon.",
    (Severity.WARN,),
)
INCONSISTENT = FindingType(
    "account.inconsistent",
    "Account files contradict each other",
    "An account stands in one file and not in the other, twice, or shares its uid with another.",
    (Severity.WARN,),
)


def scan(host: Host, config: Config) -> Iterator[Seen]:
    yield from second_roots(accounts(host))
    yield from (empty(account.name, PASSWD) for account in accounts(host) if account.password == "")
    yield from doubled(accounts(host))
    try:
        shadow = passwords(host.needed(SHADOW))
    except FileNotFoundError:
        return
    except OSError as error:
        yield from unreadable("account", SHADOW, f"cannot be read: {error.strerror}")
        yield Gap()
        return
    yield from hashes(accounts(host), shadow)


def second_roots(all_of_them: list[Account]) -> Iterator[Finding]:
    for account in all_of_them:
        if account.uid == 0 and account.name != "root":
            yield UID0.found(account.name, Severity.CRITICAL, f"{account.name} is root as well", shell=account.shell)


def empty(name: str, path: str) -> Finding:
    return EMPTY_PASSWORD.found(name, Severity.CRITICAL, f"{name} has an empty password in {path}", file=path)


def doubled(all_of_them: list[Account]) -> Iterator[Finding]:
    names = Counter(account.name for account in all_of_them)
    for name in (name for name, times in names.items() if times > 1):
        yield inconsistent(name, f"{name} stands {names[name]} times in {PASSWD}")
    first_with: dict[int, str] = {0: "root"}
    for account in all_of_them:
        other = first_with.setdefault(account.uid, account.name)
        if account.uid and other != account.name:
            yield inconsistent(account.name, f"{account.name} and {other} share the uid {account.uid}")


def inconsistent(name: str, message: str) -> Finding:
    return INCONSISTENT.found(name, Severity.WARN, message)


def passwords(shadow: str) -> dict[str, str]:
    rows = (line.split(":") for line in shadow.splitlines())
    return {row[0]: row[1] for row in rows if len(row) > 1}


def hashes(all_of_them: list[Account], shadow: Mapping[str, str]) -> Iterator[Finding]:
    """`!` before a hash locks it, `*` is none."""
    known = {account.name for account in all_of_them}
    for account in all_of_them:
        word = shadow.get(account.name)
        if account.password == ELSEWHERE and word is None:
            yield inconsistent(account.name, f"{account.name} stands in {PASSWD} and not in {SHADOW}")
        elif account.password == ELSEWHERE and word == "":
            yield empty(account.name, SHADOW)
        elif WEAK.fullmatch(word or ""):
            message = f"The password of {account.name} is kept as MD5 or DES"
            yield WEAK_HASH.found(account.name, Severity.WARN, message)
    for name in shadow.keys() - known:
        yield inconsistent(name, f"{name} stands in {SHADOW} and not in {PASSWD}")


SCANNER = Scanner("account", scan, (UID0, EMPTY_PASSWORD, WEAK_HASH, INCONSISTENT))
