"""Who has an account here, as /etc/passwd and /etc/group say it. What a directory server adds is not ours."""

from dataclasses import dataclass

from hyprnode.host import Host, shared

CLOSED = ("nologin", "false", "sync", "shutdown", "halt")


@dataclass(frozen=True)
class Account:
    name: str
    password: str
    uid: int
    gid: int
    home: str
    shell: str

    @property
    def may_log_in(self) -> bool:
        """An empty shell means /bin/sh."""
        return self.shell.rsplit("/", 1)[-1] not in CLOSED


@dataclass(frozen=True)
class Group:
    name: str
    gid: int
    members: list[str]


@shared
def accounts(host: Host) -> list[Account]:
    """Lines that are none, such as + for a directory server, are left out."""
    rows = (line.split(":") for line in (host.text("/etc/passwd") or "").splitlines())
    return [
        Account(name, password, int(uid), int(gid), home, shell)
        for name, password, uid, gid, _, home, shell in (row for row in rows if len(row) == 7)
        if uid.isdecimal() and gid.isdecimal()
    ]


@shared
def groups(host: Host) -> dict[str, Group]:
    rows = (line.split(":") for line in (host.text("/etc/group") or "").splitlines())
    return {
        name: Group(name, int(gid), [member for member in members.split(",") if member])
        for name, _, gid, members in (row for row in rows if len(row) == 4)
        if gid.isdecimal()
    }
