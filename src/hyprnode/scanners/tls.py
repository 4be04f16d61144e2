"""Certificates: when they end, whose keys they have, and whether the right ones are shown."""

from collections.abc import Iterable, Iterator
from functools import partial

from hyprnode.config import Config
from hyprnode.facts.globs import closed, matches
from hyprnode.host import Host, Unreadable
from hyprnode.scanners import tls_dates, tls_keys, tls_renewal, tls_types
from hyprnode.scanners.certificate import Certificate, Chain
from hyprnode.scanners.contract import Gap, Scanner, Seen, unreadable
from hyprnode.scanners.tls_paths import patterns
from hyprwire import Finding

BUNDLES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem")
LARGEST_BUNDLE = 4 * 2**20


def scan(host: Host, config: Config) -> Iterator[Seen]:
    on_disk: dict[str, Certificate] = {}
    for pattern in patterns(host, config):
        if hidden := closed(host, pattern):  # what there would be cannot be told then
            yield from unreadable("tls", *hidden)
            yield Gap()
    for path in files(host, config):
        try:
            content = host.content(path)
            chain = read(content)
        except Unreadable as why:
            yield from unreadable("tls", path, str(why))
            continue
        on_disk[path] = chain.leaf
        yield from of_dates(host, path, chain, config)
        yield from of_keys(host, path, content, chain.leaf)
    yield from tls_renewal.inactive(host)
    yield from left_behind(host, on_disk)


def files(host: Host, config: Config) -> list[str]:
    """By the path as it was configured, not by what it leads to, which changes with each renewal; each file once."""
    found: dict[str, str] = {}
    for pattern in patterns(host, config):
        for path in matches(host, pattern):
            found.setdefault(host.real_path(path), path)
    return list(found.values())


def of_dates(host: Host, path: str, chain: Chain, config: Config) -> Iterator[Finding]:
    for finding in (
        tls_dates.expiring(host, path, chain, config),
        tls_dates.not_yet_valid(path, chain.leaf, host.now()),
        tls_dates.chain_expiring(path, chain, host.now(), config, partial(roots, host)),
    ):
        if finding:
            yield finding


# What reads certificates takes longer to load than a whole scan, and most machines have none: so here, where it is
# needed, and not above.
def of_keys(host: Host, path: str, content: bytes, leaf: Certificate) -> Iterator[Finding]:
    from hyprnode.scanners import x509

    yield from tls_keys.weak(path, leaf)
    if x509.has_private_key(content):  # both in one file, as haproxy wants it
        yield from tls_keys.exposed(host, path)
    if key_path := tls_keys.key_file(host, path):
        yield from tls_keys.exposed(host, key_path)
        key = x509.private_key(tls_keys.content(host, key_path))
        yield from tls_keys.mismatch(path, key_path, key, leaf)


def read(content: bytes) -> Chain:
    """Unreadable."""
    from hyprnode.scanners import x509

    return x509.read(content)


def left_behind(host: Host, on_disk: dict[str, Certificate]) -> Iterator[Finding]:
    if on_disk:
        from hyprnode.scanners import tls_served

        yield from tls_served.stale(host, on_disk)


def roots(host: Host) -> Iterable[Certificate]:
    """What this machine trusts. A hundred of them: only asked for when it matters."""
    for path in BUNDLES:
        try:
            chain = read(host.content(path, LARGEST_BUNDLE))
        except Unreadable:
            continue
        return [chain.leaf, *chain.others]
    return []


SCANNER = Scanner(
    "tls",
    scan,
    (
        tls_types.EXPIRING,
        tls_types.NOT_YET_VALID,
        tls_types.CHAIN_EXPIRING,
        tls_types.KEY_MISMATCH,
        tls_types.KEY_EXPOSED,
        tls_types.WEAK,
        tls_types.RENEWAL_INACTIVE,
        tls_types.STALE_SERVED,
        tls_types.UNREADABLE,
    ),
)
