"""What is on a host, part by part, and that it is told once."""

import pytest

from hyprnode.facts import inventory
from hyprnode.host import Host
from hyprnode.kept import Kept
from hyprnode.stock import A_DAY, Stock
from hyprwire.inventory import MOST_ITEMS, Part, digest
from tests.node import cases

DPKG = """Package: libc6
Status: install ok installed
Architecture: amd64
Version: 2.36-9

Package: libc6
Status: install ok installed
Architecture: i386
Version: 2.36-9

Package: nginx
Status: deinstall ok config-files
Architecture: amd64
Version: 1.22

Package: openssh-server
Status: install ok installed
Architecture: amd64
Version: 1:9.2p1-2
"""
APK = "C:Q1x\nP:musl\nV:1.2.4-r2\nA:x86_64\n\nC:Q1y\nP:busybox\nV:1.36.1-r5\n"
RPM = "bash.x86_64 5.1.8-9.el9\nkernel-core.x86_64 5.14.0-427\nkernel-core.x86_64 5.14.0-362\n"
PASSWD = "root:x:0:0:root:/root:/bin/bash\nada:x:1000:1000::/home/ada:/bin/bash\nbroken line\n"


def host_with(root, **files):
    for path, text in files.items():
        cases.write(root / path.lstrip("/"), text)
    return Host(root=root, run=lambda words: inventory_ran(words))


def inventory_ran(words):
    from hyprnode.command import NOT_THERE, Ran

    return Ran(0, RPM) if tuple(words) == inventory.RPM else Ran(NOT_THERE)


@pytest.mark.parametrize(
    ("files", "packages"),
    [
        (
            {"/var/lib/dpkg/status": DPKG},
            {"libc6:amd64": "2.36-9", "libc6:i386": "2.36-9", "openssh-server": "1:9.2p1-2"},
        ),
        ({"/lib/apk/db/installed": APK}, {"musl": "1.2.4-r2", "busybox": "1.36.1-r5"}),
        (
            {"/var/lib/rpm/rpmdb.sqlite": "x"},
            {"bash.x86_64": "5.1.8-9.el9", "kernel-core.x86_64": "5.14.0-362 5.14.0-427"},
        ),
        ({}, {}),
    ],
    ids=["debian", "alpine", "rocky", "nothing"],
)
def test_packages_of_each_family(tmp_path, files, packages):
    assert inventory.packages(host_with(tmp_path, **files)) == packages


def test_users_and_what_they_may(tmp_path):
    host = host_with(
        tmp_path, **{"/etc/passwd": PASSWD, "/etc/group": "sudo:x:27:ada\ndocker:x:99:ada,bo\nada:x:1000:\n"}
    )

    assert inventory.users(host) == {"root": "uid 0, /bin/bash", "ada": "uid 1000, /bin/bash, in docker sudo"}


def test_services_that_begin_with_the_machine(tmp_path):
    units = tmp_path / "etc/systemd/system"
    for name in ("multi-user.target.wants/ssh.service", "sockets.target.wants/ssh.service"):
        cases.write(units / name, "")
    (units / "bad.service").symlink_to("/dev/null")
    cases.write(tmp_path / "etc/runlevels/default/sshd", "")

    host = Host(root=tmp_path)
    host.memory.clear()
    found = inventory.units(host)
    assert found["ssh.service"] == "enabled in multi-user sockets"
    assert found["sshd"] == "enabled in default"


def test_ports_with_who_listens_but_not_those_that_are_others_each_time(tmp_path):
    row = "   {n}: {address}:{port:04X} 00000000:0000 {state} 00000000:00000000 00:00000000 00000000 0 0 {inode} 1\n"
    head = "  sl  local_address rem_address   st\n"
    tcp = [("00000000", 22, "0A", 7), ("0100007F", 40000, "0A", 8), ("00000000", 40001, "0A", 9)]
    udp = [("00000000", 53, "07", 10), ("00000000", 50123, "07", 11)]
    for name, rows in (("tcp", tcp), ("udp", udp)):
        lines = [row.format(n=n, address=a, port=p, state=s, inode=i) for n, (a, p, s, i) in enumerate(rows)]
        cases.write(tmp_path / f"proc/self/net/{name}", head + "".join(lines))
    cases.write(tmp_path / "proc/50/stat", "50 (sshd) S 1 50 50 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 5000 0 0")
    (tmp_path / "proc/50/fd").mkdir()
    (tmp_path / "proc/50/fd/3").symlink_to("socket:[7]")

    assert inventory.ports(Host(root=tmp_path)) == {
        "tcp/22": "sshd on 0.0.0.0", "tcp/40001": "somebody on 0.0.0.0", "udp/53": "somebody on 0.0.0.0",
    }  # fmt: skip


def test_what_has_not_changed_is_not_even_read(tmp_path, monkeypatch):
    host = host_with(tmp_path, **{"/var/lib/dpkg/status": DPKG})
    kept = Kept()
    first = inventory.news(Host(root=tmp_path, kept=kept), "packages", "")
    monkeypatch.setattr(inventory.dpkg, "parse", lambda text: pytest.fail("it was read again"))

    assert first.digest == digest(first.items)
    assert inventory.news(Host(root=host.root, kept=kept), "packages", first.digest) is None
    monkeypatch.undo()
    cases.write(tmp_path / "var/lib/dpkg/status", DPKG.replace("1:9.2p1-2", "1:9.2p1-3"))
    changed = inventory.news(Host(root=host.root, kept=kept), "packages", first.digest)
    assert changed.items["openssh-server"] == "1:9.2p1-3"


def test_what_files_hold_is_made_into_words_and_is_not_endless():
    found = inventory.fitting({"": "x", "a\x1b[31m": "b\n", **{f"p{n:06}": "1" for n in range(MOST_ITEMS + 5)}})

    assert len(found) <= MOST_ITEMS
    assert all(f"{name}{value}".isprintable() for name, value in found.items())


class Far:
    """An API that lacks some parts."""

    def __init__(self, *lacks, fault=False):
        self.lacks, self.fault, self.said = list(lacks), fault, []

    def post(self, inventory):
        from hyprnode.answer import Answer, Fault

        if self.fault:
            raise Fault("timed out")
        self.said.append([(part.name, part.items is not None) for part in inventory.parts])
        return Answer(200, {"wants": [part.name for part in inventory.parts if part.name in self.lacks]})


def part(name, **items):
    return Part(name=name, digest=digest(items), items=items)


def test_only_what_the_api_lacks_is_told_in_full():
    stock, far = Stock("eu-1"), Far("users")
    stock.tell([part("packages", a="1"), part("users", ada="uid 1")], far.post)

    assert far.said == [[("packages", False), ("users", False)], [("users", True)]]
    assert stock.known() == {"packages": digest({"a": "1"}), "users": digest({"ada": "uid 1"})}
    stock.tell([], far.post)
    assert len(far.said) == 2


def test_what_did_not_get_through_is_told_again_and_all_of_it_once_a_day():
    stock = Stock("eu-1")
    stock.tell([part("packages", a="1")], Far(fault=True).post)
    assert stock.known() == {}

    stock.tell([part("packages", a="1")], Far().post)
    assert stock.known() != {}
    stock.since -= A_DAY + 1
    assert stock.known() == {}


def test_what_comes_too_soon_for_the_api_is_told_with_the_next_scan():
    from hyprnode.answer import Answer

    stock = Stock("eu-1")
    stock.tell([part("packages", a="1")], lambda inventory: Answer(200, {"wants": [], "later": ["packages"]}))
    assert stock.known() == {}


def test_a_scan_tells_it_and_the_next_is_silent(full_api, start):
    start(full_api, HYPRBOX_SCAN_INTERVAL="200ms")
    full_api.wait_for(lambda: len(full_api.findings) >= 4)

    told = [[part["name"] for part in call.body["parts"]] for call in full_api.asked("inventory")]
    assert {"system", "users"} <= set(told[0])
    assert [part["items"] for part in full_api.asked("inventory")[0].body["parts"]] == [None] * len(told[0])
    assert set(full_api.inventory) == set(told[0])
    assert len([names for names in told if "users" in names]) == 2  # by digest, then in full


def test_an_api_that_knows_of_none_is_told_nothing(plain_api, start):
    start(plain_api, HYPRBOX_SCAN_INTERVAL="200ms", HYPRBOX_INTERVAL="200ms")
    plain_api.wait_for(lambda: len(plain_api.asked("heartbeat")) >= 4)

    assert plain_api.asked("inventory") == []
