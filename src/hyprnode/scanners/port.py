"""Services that should not be reachable from everywhere, and are."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_network

from hyprnode.config import Config
from hyprnode.facts.listeners import Address, Listener, from_outside, owners
from hyprnode.facts.netfilter import netfilter
from hyprnode.facts.processes import Process
from hyprnode.host import Host
from hyprnode.scanners.contract import FindingType, Scanner, Seen
from hyprwire import Finding, Severity


@dataclass(frozen=True)
class Risk:
    what: str
    severity: Severity = Severity.WARN


def grave(what: str) -> Risk:
    """Whoever reaches it owns the machine or its data, as it is usually set up."""
    return Risk(what, Severity.CRITICAL)


RISKS = {
    "tcp/21": Risk("FTP"),
    "tcp/23": grave("telnet"),
    "tcp/111": Risk("rpcbind"),
    "tcp/389": Risk("LDAP"),
    "tcp/445": Risk("SMB"),
    "tcp/512": grave("rexec"),
    "tcp/513": grave("rlogin"),
    "tcp/514": grave("rsh"),
    "tcp/873": Risk("rsync"),
    "tcp/1433": Risk("SQL Server"),
    "tcp/2049": Risk("NFS"),
    "tcp/2375": grave("the Docker API"),
    "tcp/2379": grave("etcd"),
    "tcp/3306": Risk("MySQL"),
    "tcp/3389": Risk("remote desktop"),
    "tcp/4369": Risk("Erlang's port mapper"),
    "tcp/5432": Risk("PostgreSQL"),
    "tcp/5900": Risk("VNC"),
    "tcp/5984": Risk("CouchDB"),
    "tcp/6379": grave("Redis"),
    "tcp/8500": Risk("Consul"),
    "tcp/9042": Risk("Cassandra"),
    "tcp/9092": Risk("Kafka"),
    "tcp/9200": grave("Elasticsearch"),
    "tcp/10250": grave("kubelet"),
    "tcp/11211": grave("memcached"),
    "tcp/15672": Risk("RabbitMQ's administration"),
    "tcp/27017": grave("MongoDB"),
    "udp/69": Risk("TFTP"),
    "udp/161": Risk("SNMP"),
    "udp/11211": grave("memcached"),
}
# Other programs on these numbers are something else: a log server takes tcp/514, dockerd has a finding of its own.
HARMLESS = {"tcp/514": {"rsyslogd", "syslog-ng", "vector"}, "tcp/2375": {"dockerd"}}
PAST_THE_FIREWALL = "docker-proxy"  # Docker's own rules come before those for what comes in
PRIVATE = [ip_network(net) for net in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")]
OVERLAY = ip_network("100.64.0.0/10")  # of private networks such as Tailscale's

EXPOSED = FindingType(
    "port.exposed",
    "Port open to everybody",
    "A database, a remote shell or the like listens to the network. INFO where a firewall filters what comes in, or "
    "where it listens on private addresses alone.",
    (Severity.INFO, Severity.WARN, Severity.CRITICAL),
)


def scan(host: Host, config: Config) -> Iterator[Seen]:
    by_name: dict[str, list[Listener]] = {}
    for one in from_outside(host):
        if one.name in RISKS and one.address not in OVERLAY:
            by_name.setdefault(one.name, []).append(one)
    for name, here in by_name.items():
        process = next((owners(host)[one.inode] for one in here if one.inode in owners(host)), None)
        if process is None or process.name not in HARMLESS.get(name, ()):
            yield exposed(host, name, [one.address for one in here], process)


def exposed(host: Host, name: str, addresses: Sequence[Address], process: Process | None) -> Finding:
    who = process.name if process else "unknown"
    is_filtered = netfilter(host).filters_input and who != PAST_THE_FIREWALL
    is_private = all(any(address in network for network in PRIVATE) for address in addresses)
    where = sorted(map(str, addresses))
    but = ", behind this machine's firewall" if is_filtered else " of a private network" if is_private else ""
    return EXPOSED.found(
        name,
        Severity.INFO if is_filtered or is_private else RISKS[name].severity,
        f"{RISKS[name].what} ({who}) listens on {', '.join(where)}{but}",
        process=who,
        addresses=where,
        filtered=is_filtered,
        private=is_private,
    )


SCANNER = Scanner("port", scan, (EXPOSED,))
