"""What the host's files say: fixture trees are hosts."""

import os
import sys
from pathlib import Path

import pytest

from hyprnode import config, elsewhere, host, load, pulse, vitals
from hyprnode.answer import Answer
from hyprnode.host import Host
from hyprnode.jobs.place import NoPlace, Place, candidates, file_system, is_ours

MEMINFO = """MemTotal:        1000000 kB
MemFree:          100000 kB
MemAvailable:     700000 kB
Buffers:           50000 kB
Cached:           500000 kB
"""
STAT = "cpu  100 10 50 800 40 5 5 20 30 0\ncpu0 100 10 50 800 40 5 5 20 30 0\n"


@pytest.fixture
def tree(tmp_path):
    """Writes files of a host."""

    def write(**files):
        for name, text in files.items():
            path = tmp_path / name.replace("__", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return Host(root=tmp_path)

    return write


def test_a_distribution_says_its_name(tree):
    tree(etc__x="")
    (Path(tree().root) / "etc/os-release").write_text(
        'NAME="Debian GNU/Linux"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n'
    )
    assert host.os_name(tree()) == "Debian GNU/Linux 12 (bookworm)"


def test_without_a_release_file_it_is_just_linux(tree):
    assert host.os_name(tree()) == "Linux"


def test_a_machine_is_told_apart_without_its_id(tree):
    one = host.machine_id_hash(tree(etc__machineX="", **{"etc__machine-id": "3d1219c7c4c5404aaa1f6d2a48adfda4\n"}))
    other = host.machine_id_hash(tree(**{"etc__machine-id": "4d1219c7c4c5404aaa1f6d2a48adfda4\n"}))

    assert len(one) == 64
    assert one != other
    assert "3d1219c7" not in one


@pytest.mark.parametrize("text", ["", "\n", "uninitialized\n"])
def test_a_machine_without_an_id_has_none(tree, text):
    assert host.machine_id_hash(tree(**{"etc__machine-id": text})) is None


def test_uptime_and_boot(tree):
    there = tree(proc__uptime="3127.42 6000.00\n", proc__sys__kernel__random__boot_id="c452abef\n")

    assert (host.uptime(there), host.boot_id(there)) == (3127, "c452abef")
    assert (host.uptime(Host(root=Path("/nowhere"))), host.boot_id(Host(root=Path("/nowhere")))) == (None, None)


def test_proc_may_be_kept_elsewhere(tree):
    there = tree(host__proc__uptime="5.0 1.0\n", proc__uptime="7.0 1.0\n")

    assert host.uptime(Host(root=there.root, proc=Path("/host/proc"))) == 5


def test_the_address_of_this_host_is_never_loopback():
    address = host.address_towards("127.0.0.1", 4000)

    assert address is None or not address.startswith("127.")


def test_cpu_is_what_was_busy_since_the_last_time(tree):
    there = tree(proc__stat="cpu  100 0 0 900 0 0 0 0 0 0\n")
    cpu = load.Cpu(there, sleep=lambda seconds: tree(proc__stat="cpu  110 0 0 930 0 0 0 0 0 0\n"))

    assert cpu.percent() == 25
    tree(proc__stat="cpu  110 0 30 930 40 0 0 0 0 0\n")
    assert cpu.percent() == pytest.approx(42.9)
    assert cpu.percent() == 0


def test_cpu_time_counts_guests_once_and_waiting_not_at_all():
    assert load.cpu_time(STAT) == load.CpuTime(busy=190, total=1030)
    assert load.cpu_time("cpu  10 0 5 85\n") == load.CpuTime(busy=15, total=100)


def test_ram_is_what_cannot_be_had_at_once(tree):
    assert load.ram_percent(tree(proc__meminfo=MEMINFO)) == 30
    old = MEMINFO.replace("MemAvailable:     700000 kB\n", "")
    assert load.ram_percent(tree(proc__meminfo=old)) == 35


CGROUP_V2 = {
    "sys__fs__cgroup__memory.max": "102400000\n",
    "sys__fs__cgroup__memory.current": "61440000\n",
    "sys__fs__cgroup__memory.stat": """anon 30000000
inactive_file 10240000
active_file 10240000
slab_reclaimable 20480000
""",
}


def test_ram_of_a_container_is_its_cgroups(tree):
    there = tree(proc__meminfo=MEMINFO, **CGROUP_V2)

    assert load.ram_percent(there) == 20
    assert load.ram_percent(tree(**{"sys__fs__cgroup__memory.max": "max\n"})) == 30


def test_ram_of_an_old_container_is_its_cgroups_too(tree):
    root = "sys__fs__cgroup__memory__memory."
    there = tree(
        proc__meminfo=MEMINFO,
        **{
            root + "limit_in_bytes": "1024000\n",
            root + "usage_in_bytes": "612000\n",
            root + "stat": "total_inactive_file 100000\n",
        },
    )

    assert load.ram_percent(there) == 50
    assert load.ram_percent(tree(**{root + "limit_in_bytes": "9223372036854771712\n"})) == 30


def test_who_was_given_the_hosts_proc_speaks_for_the_host(tree):
    there = tree(host__proc__meminfo=MEMINFO, **CGROUP_V2)

    assert load.ram_percent(Host(root=there.root, proc=Path("/host/proc"))) == 30


def test_disk_is_what_df_says():
    fs = os.statvfs("/")
    used = fs.f_blocks - fs.f_bfree

    assert load.disk_percent(Host()) == pytest.approx(100 * used / (used + fs.f_bavail), abs=0.1)


def test_this_very_host_can_be_observed():
    seen = vitals.Linux(Host()).observe()

    assert 0 <= seen.cpu_percent <= 100
    assert 0 < seen.ram_percent < 100
    assert seen.kernel == os.uname().release
    assert pulse.heartbeat(config.load({}), seen, {}).agent_version


@pytest.mark.parametrize(
    ("given", "labels"),
    [
        ({"HYPRBOX_LABELS": "env=prod role=web,rack=7"}, {"env": "prod", "role": "web", "rack": "7"}),
        ({"HYPRBOX_LABELS": ""}, None),
        ({}, None),
    ],
)
def test_what_the_node_is_called_besides_is_said_when_it_was_set(given, labels):
    seen = vitals.Linux(Host()).observe()
    assert pulse.heartbeat(config.load(given), seen, {}).labels == labels


def test_elsewhere_psutil_observes():
    seen = elsewhere.observe()

    assert 0 < seen.ram_percent < 100
    assert seen.uptime_seconds > 0
    assert seen.os.startswith(("Linux", "Darwin", "Windows"))


@pytest.mark.parametrize(
    ("value", "accepted"),
    [({"accepts": ["scan", 3]}, {"scan"}), ({"accepts": "scan"}, set()), (None, set()), ([], set())],
)
def test_only_what_an_api_said_it_accepts(value, accepted):
    assert pulse.accepted(Answer(200, value)) == accepted


MOUNTS = """22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
23 22 0:21 / /run rw - tmpfs tmpfs rw
24 22 0:22 / /dev/shm rw - tmpfs tmpfs rw
25 23 0:23 / /run/user\\0401000 rw - ext4 /dev/vdb rw
26 22 0:24 / /mnt rw - tmpfs tmpfs rw
27 22 0:25 / /mnt rw shared:1 - ext4 /dev/vdc rw
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "ext4"),
        ("/run/hyprnode", "tmpfs"),
        ("/running", "ext4"),
        ("/dev/shm", "tmpfs"),
        ("/run/user 1000/x", "ext4"),
        ("/mnt/x", "ext4"),
    ],
)
def test_which_file_system_a_path_is_on(path, kind):
    assert file_system(path, MOUNTS) == kind


def places(tree, mounts=MOUNTS, **settings):
    return list(candidates(config.load(settings), tree(proc__self__mountinfo=mounts)))


def test_output_waits_in_memory(tree):
    mine = f"/dev/shm/hyprnode-{os.getuid()}"

    assert places(tree)[:2] == ["/run/hyprnode", mine]
    assert places(tree, RUNTIME_DIRECTORY="/run/x:/run/y")[0] == "/run/x"
    assert places(tree, RUNTIME_DIRECTORY="/var/x")[0] == "/run/hyprnode"
    assert places(tree, HYPRBOX_SPOOL_DIR="/srv/spool") == ["/srv/spool"]
    assert places(tree, mounts=MOUNTS.splitlines()[0]) == []


def test_where_there_is_no_memory_a_sentence_says_so(tree):
    place = Place(config.load({}), tree(proc__self__mountinfo=MOUNTS.splitlines()[0]))

    with pytest.raises(NoPlace, match="no place in memory for a job's output, expected a tmpfs or HYPRBOX_SPOOL_DIR"):
        place.directory()


def test_a_place_that_somebody_else_made_is_not_ours(tmp_path):
    (tmp_path / "theirs").mkdir()
    os.chown(tmp_path / "theirs", 65534, 65534)
    (tmp_path / "link").symlink_to(tmp_path)
    (tmp_path / "file").write_text("")

    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o1777)

    assert not is_ours(str(tmp_path / "theirs"))
    assert not is_ours(str(tmp_path / "open"))
    assert not is_ours(str(tmp_path / "link"))
    assert not is_ours(str(tmp_path / "file"))
    assert is_ours(str(tmp_path / "new"))
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700


def test_a_place_that_vanished_is_made_again(tmp_path):
    place = Place(config.load({"HYPRBOX_SPOOL_DIR": f"{tmp_path}/spool"}), Host())
    os.rmdir(place.directory())

    assert Path(place.directory()).is_dir()


def test_psutil_is_for_others_only():
    assert "psutil" not in (Path(sys.modules["hyprnode.vitals"].__file__).read_text())
