"""Whose word counts of where a request comes from. Too many, or nobody: who guesses a password is counted by that."""

from collections.abc import Iterator

from hyprbox.config import Config, Network

MOST = {4: 256, 6: 2**64}  # addresses; networks of proxies and containers are no wider, those of offices and fleets are


def doubts(config: Config) -> Iterator[str]:
    """A sentence each. To be read when the server starts: only who has set it up knows who calls from there."""
    for network in filter(_is_wide, config.trusted_proxies):
        yield (
            f"HYPRBOX_TRUSTED_PROXIES has {network}, expected the proxies alone: whoever else calls from there makes "
            "up the address by which wrong passwords are counted"
        )
    if not config.trusted_proxies and config.public_url.startswith("https:"):
        yield (
            "HYPRBOX_TRUSTED_PROXIES is empty, expected the address of the proxy that ends TLS for "
            f"{config.public_url}: all who come through it are taken for one visitor, so that five wrong passwords of "
            "a stranger close the sign-in for all new devices"
        )


def _is_wide(network: Network) -> bool:
    return network.num_addresses > MOST[network.version]
