"""Whether the kernel filters what comes in, through nftables or the older iptables."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hyprnode.command import NOT_THERE
from hyprnode.host import Host, shared

RULESET = ("nft", "-j", "-t", "list", "ruleset")  # -t: without what is in sets, which may be thousands of addresses
OLD_RULES = ("iptables-legacy-save", "-t", "filter")
TRANSLATED = ("iptables", "-S", "INPUT")
SAYS_NOTHING = {"counter", "log", "comment", "limit"}


@dataclass(frozen=True)
class Filter:
    """`chains` are the names of all chains; `why_not`, why it could not be told."""

    filters_input: bool = False
    chains: frozenset[str] = frozenset()
    why_not: str = ""


@shared
def netfilter(host: Host) -> Filter:
    new, old = by_nft(host), by_iptables(host)
    if new.why_not and not old.filters_input:
        return new
    return Filter(new.filters_input or old.filters_input, new.chains | old.chains)


def by_nft(host: Host) -> Filter:
    ran = host.run(RULESET)
    if ran.code == NOT_THERE:  # nobody could have loaded any rules with it
        return Filter()
    if ran.code != 0:
        return Filter(why_not=ran.why)
    found = parse(ran.output)
    if not found.filters_input and '"xt"' in ran.output:  # what iptables translated is not all told in nft's words
        return Filter(iptables_filters(host.run(TRANSLATED).output), found.chains)
    return found


def by_iptables(host: Host) -> Filter:
    """The older tables, if anybody has loaded them."""
    if "filter" not in (host.text("/proc/net/ip_tables_names") or ""):
        return Filter()
    saved = host.run(OLD_RULES).output
    return Filter(iptables_filters(saved), frozenset(re.findall(r"^:(\S+)", saved, re.M)))


def parse(ruleset: str) -> Filter:
    """`ruleset` as `nft -j list ruleset` prints it."""
    items: list[Mapping[str, Any]] = json.loads(ruleset).get("nftables", [])
    chains = [item["chain"] for item in items if "chain" in item]
    last = {place(item["rule"]): item["rule"]["expr"] for item in items if "rule" in item}
    closed = any(
        chain.get("policy") == "drop" or ends_it(last.get((*place(chain)[:2], chain["name"]), []))
        for chain in chains
        if chain.get("hook") == "input" and chain.get("type") == "filter"
    )
    return Filter(closed, frozenset(chain["name"] for chain in chains))


def place(item: Mapping[str, Any]) -> tuple[str, str, str]:
    return item["family"], item["table"], item.get("chain", "")


def ends_it(expressions: Sequence[Mapping[str, Any]]) -> bool:
    """A rule that refuses whatever comes as far as to it."""
    words = {word for expression in expressions for word in expression}
    return bool(words & {"drop", "reject"}) and words <= SAYS_NOTHING | {"drop", "reject"}


def iptables_filters(rules: str) -> bool:
    """`rules` as iptables-save or `iptables -S` print them."""
    if re.search(r"^(:INPUT|-P INPUT) DROP", rules, re.M):
        return True
    return any(re.match(r"-j (DROP|REJECT)\b", rule) for rule in re.findall(r"^-A INPUT (.*)$", rules, re.M))
