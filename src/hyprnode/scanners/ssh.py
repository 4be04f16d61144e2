"""How the SSH server lets people in."""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from hyprnode.config import Config
from hyprnode.facts.sshd import Effective, Settings, accepts_passwords, effective, first
from hyprnode.host import Host
from hyprnode.scanners.contract import FindingType, Gap, Scanner, Seen, unreadable
from hyprwire import Finding, Severity

KEY = "sshd"
BROKEN = re.compile(r"\bline \d+|terminating, \d+ bad configuration")
WEAK = re.compile(
    r"(3des-cbc|aes\d+-cbc|rijndael-cbc.*|arcfour.*|blowfish-cbc|cast128-cbc|hmac-md5.*|hmac-sha1-96.*|hmac-ripemd.*"
    r"|diffie-hellman-group1-sha1|diffie-hellman-group14-sha1|diffie-hellman-group-exchange-sha1|ssh-dss.*|ssh-rsa)"
)
CRYPTO = ("ciphers", "macs", "kexalgorithms", "hostkeyalgorithms", "pubkeyacceptedalgorithms")

ROOT_LOGIN = FindingType(
    "ssh.root_login",
    "SSH lets root in",
    "root may log in from far away: with a password (CRITICAL), or because PermitRootLogin is yes.",
    (Severity.WARN, Severity.CRITICAL),
)
PASSWORD_AUTH = FindingType(
    "ssh.password_auth",
    "SSH accepts passwords",
    "Passwords can be guessed from anywhere; asking for them through PAM counts as well.",
    (Severity.WARN,),
)
EMPTY_PASSWORDS = FindingType(
    "ssh.empty_passwords",
    "SSH accepts empty passwords",
    "Whoever has no password gets in without one.",
    (Severity.CRITICAL,),
)
LAX = FindingType(
    "ssh.lax",
    "SSH is set loosely",
    "Settings that make attacks easier: many tries, no time limit, environments that users set, trust in hosts.",
    (Severity.INFO,),
)
WEAK_CRYPTO = FindingType(
    "ssh.weak_crypto",
    "SSH offers weak algorithms",
    "Ciphers, MACs, key exchanges or signatures are on that were broken or given up.",
    (Severity.WARN,),
)
CONFIG_INVALID = FindingType(
    "ssh.config_invalid",
    "SSH configuration is invalid",
    "sshd does not accept its own configuration: at its next start nobody gets in any more.",
    (Severity.CRITICAL,),
)


def scan(host: Host, config: Config) -> Iterator[Seen]:
    sshd = effective(host)
    if sshd is None:
        return
    if sshd.settings and sshd.of_root:
        yield from judge(sshd, has_xauth=host.exists("/usr/bin/xauth"))
    elif BROKEN.search(sshd.why_not):
        yield CONFIG_INVALID.found(KEY, Severity.CRITICAL, f"sshd refuses its configuration: {last(sshd.why_not)}")
        yield Gap(KEY)
    else:
        yield from unreadable("ssh", KEY, f"does not say how it is set: {last(sshd.why_not)}")


def last(complaint: str) -> str:
    """Where it says what is wrong, and not only that it is."""
    lines = complaint.splitlines() or [""]
    return next((line for line in lines if "line " in line), lines[-1])


def judge(sshd: Effective, has_xauth: bool) -> Iterator[Finding]:
    for finding in (root_login(sshd.of_root), password_auth(sshd.settings), empty_passwords(sshd.settings)):
        if finding:
            yield finding
    weak = sorted({name for kind in CRYPTO for name in first(sshd.settings, kind).split(",") if WEAK.fullmatch(name)})
    if weak:
        some = ", ".join(weak[:4])
        yield WEAK_CRYPTO.found(KEY, Severity.WARN, f"sshd offers weak algorithms: {some}", algorithms=weak)
    if loose := dict(lax(sshd.settings, has_xauth)):
        some = ", ".join(f"{name} {value}" for name, value in loose.items())
        yield LAX.found(KEY, Severity.INFO, f"sshd is set loosely: {some}", settings=loose)


def root_login(settings: Settings) -> Finding | None:
    permit = first(settings, "permitrootlogin")
    if permit != "yes" or is_kept_out("root", settings):
        return None
    by_password = accepts_passwords(settings)
    return ROOT_LOGIN.found(
        KEY,
        Severity.CRITICAL if by_password else Severity.WARN,
        f"root may log in over SSH{' with a password' if by_password else ': PermitRootLogin is yes'}",
        permitRootLogin=permit,
        passwordAuthentication=first(settings, "passwordauthentication"),
    )


def is_kept_out(user: str, settings: Settings) -> bool:
    allowed, denied = words(settings, "allowusers"), words(settings, "denyusers")
    return any(names(pattern, user) for pattern in denied) or (
        bool(allowed) and not any(names(pattern, user) for pattern in allowed)
    )


def words(settings: Settings, name: str) -> list[str]:
    return [word for line in settings.get(name, []) for word in line.split()]


def names(pattern: str, user: str) -> bool:
    """user@host: from some hosts at least."""
    return fnmatchcase(user, pattern.split("@")[0])


def password_auth(settings: Settings) -> Finding | None:
    if not accepts_passwords(settings):
        return None
    return PASSWORD_AUTH.found(
        KEY,
        Severity.WARN,
        "sshd accepts passwords",
        passwordAuthentication=first(settings, "passwordauthentication"),
        kbdInteractiveAuthentication=first(settings, "kbdinteractiveauthentication"),
        ports=settings.get("port", []),
    )


def empty_passwords(settings: Settings) -> Finding | None:
    if first(settings, "permitemptypasswords") != "yes" or not accepts_passwords(settings):
        return None
    return EMPTY_PASSWORDS.found(KEY, Severity.CRITICAL, "sshd accepts empty passwords")


def lax(settings: Settings, has_xauth: bool) -> Iterator[tuple[str, str]]:
    """Without xauth there is nothing that X11 could be forwarded with, whatever Debian's file says."""
    for name, strict in (("permituserenvironment", "no"), ("hostbasedauthentication", "no"), ("ignorerhosts", "yes")):
        if first(settings, name) not in (strict, ""):
            yield name, first(settings, name)
    if first(settings, "strictmodes") == "no":
        yield "strictmodes", "no"
    if has_xauth and first(settings, "x11forwarding") == "yes":
        yield "x11forwarding", "yes"
    if number(settings, "maxauthtries", 6) > 6:
        yield "maxauthtries", first(settings, "maxauthtries")
    if number(settings, "logingracetime", 120) == 0:
        yield "logingracetime", "0"


def number(settings: Settings, name: str, default: int) -> int:
    text = first(settings, name)
    return int(text) if text.isdecimal() else default


SCANNER = Scanner("ssh", scan, (ROOT_LOGIN, PASSWORD_AUTH, EMPTY_PASSWORDS, LAX, WEAK_CRYPTO, CONFIG_INVALID))
