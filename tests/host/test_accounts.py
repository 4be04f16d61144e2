"""Presets for accounts, sudo, modes and the kernel: what they change, what they refuse, and the way back."""

import pytest

from tests.host.presets import Runs

BASES = ["passwd", "shadow", "group", "gshadow", "subuid", "subgid"]
ACCOUNTS = {f"/etc/{name}{end}" for name in BASES for end in ("", "-")}
HOME = "/var/lib/hyprbox-presets"
ADA = "useradd -m -s /bin/bash ada; echo ada:secret | chpasswd -c SHA256"  # the usual hash takes its time


@pytest.fixture
def box(shared_box):
    """After the test all of /etc is as before; what the machine itself rewrites at any change of an account is not."""
    before = shared_box.changed("/etc")
    yield shared_box
    shared_box.run(f"userdel -rf ada; userdel -rf bo; rm -rf /etc/sudoers.d/*-theirs {HOME}", check=False)
    assert shared_box.changed("/etc") - ACCOUNTS == before - ACCOUNTS


def shadow(box, name):
    return box.run(f"grep ^{name}: /etc/shadow | cut -d: -f 2,8").output.strip()


@pytest.mark.parametrize("prepare", ["passwd -d ada", "true", "usermod -e 2099-01-01 ada", "passwd -l ada"])
def test_an_account_is_locked_once_and_is_as_before_when_that_is_taken_back(box, prepare):
    box.run(f"{ADA}; useradd -m -G sudo bo; {prepare}")
    before, runs = shadow(box, "ada"), Runs(box, "account-lock", user="ada")

    assert runs().said == ["applied"]
    assert shadow(box, "ada") == "!" + before.split(":")[0].removeprefix("!") + ":1"
    assert runs(job="job-2").said == ["nothing to do"]

    assert runs("revert").said == ["taken back"]
    assert shadow(box, "ada") == before


@pytest.mark.parametrize(
    ("user", "prepare", "code"),
    [("nobody-here", "true", 21), ("root", "true", 22), ("ada", f"{ADA}; usermod -aG sudo ada", 24)],
)
def test_whom_nobody_should_lock_out_is_refused(box, user, prepare, code):
    box.run(prepare)
    assert Runs(box, "account-lock", user=user)().code == code


RULES = """Defaults insults
ada ALL=(ALL) NOPASSWD: ALL
ada,bo web = NOPASSWD: /bin/ls
%staff ALL = (root) SETENV: NOPASSWD: /bin/ls, \\
  ALL
bo ALL=NOPASSWD:/bin/true
"""


def test_a_password_is_asked_for_from_now_on(box):
    box.run(ADA)
    box.write("/etc/sudoers.d/10-theirs", RULES.replace("ada,bo", "bo"), mode=0o440)
    box.write("/etc/sudoers.d/20-theirs", "bo ALL=(ALL) ALL\n", mode=0o644)
    before, runs = box.changed("/etc"), Runs(box, "sudo-require-password", who="ada", file="/etc/sudoers.d/10-theirs")
    assert box.run("sudo -l -U ada").output.count("NOPASSWD") == 1

    assert runs().code == 0
    assert "NOPASSWD" not in box.run("sudo -l -U ada").output
    assert box.read("/etc/sudoers.d/10-theirs").count("NOPASSWD") == 3
    assert runs(job="job-2").said == ["nothing to do"]
    group = Runs(box, "sudo-require-password", who="%staff", file="/etc/sudoers.d/10-theirs")
    ended = group(job="job-2")
    assert (ended.code, ended.said[-1].split(",")[0]) == (26, "sudo is guarded for job job-1")

    assert runs("revert").said == ["taken back"]
    assert box.read("/etc/sudoers.d/10-theirs") == RULES.replace("ada,bo", "bo")
    assert group(job="job-3").code == 0
    assert box.read("/etc/sudoers.d/10-theirs").count("NOPASSWD") == 3
    assert group("revert", job="job-3").code == 0
    assert box.changed("/etc") == before


@pytest.mark.parametrize(
    ("prepare", "who", "code"),
    [
        ("true", "ada", 24),  # shares a line with bo
        ("passwd -d bo; sed -i /ada,bo/d /etc/sudoers.d/10-theirs", "bo", 25),
        ("echo 'ada ALL' > /etc/sudoers.d/10-theirs", "ada", 22),
        ("usermod -aG staff root; passwd -l root", "%staff", 23),
        ("true", "nobody", None),
    ],
)
def test_nobody_loses_the_way_to_root(box, prepare, who, code):
    box.write("/etc/sudoers.d/10-theirs", RULES, mode=0o440)
    box.run(f"{ADA}; useradd bo; echo bo:secret | chpasswd -c SHA256; {prepare}")
    ended = Runs(box, "sudo-require-password", who=who, file="/etc/sudoers.d/10-theirs")()
    box.run("gpasswd -d root staff", check=False)
    assert (ended.code == code) if code else ended.said == ["nothing to do"]


LOOSE = {
    "/etc/shadow": ("0644", "640"),
    "/etc/crontab": ("0666", "644"),
    "/etc/cron.daily": ("0777", "755"),
    "/tmp": ("0777", "1777"),
    "/usr/local/bin": ("0757", "755"),
    "/etc/sudoers.d/10-theirs": ("0666", "644"),
    "/home/ada": ("0777", "755"),
    "/etc/site.key": ("0644", "640"),
}


def test_what_is_too_open_is_closed_and_open_again_when_that_is_taken_back(box):
    box.run(f"{ADA}; echo > /etc/sudoers.d/10-theirs; openssl genpkey -algorithm ed25519 -out /etc/site.key")
    before = box.run(f"stat -c '%a %n' {' '.join(LOOSE)}").output
    box.run("".join(f"chmod {mode} {path};" for path, (mode, _) in LOOSE.items()))
    loose = box.run(f"stat -c '%a %u:%g %n' {' '.join(LOOSE)}").output
    runs = Runs(box, "perms-fix", paths=list(LOOSE))

    assert runs().code == 0
    assert box.run(f"stat -c '%a %n' {' '.join(LOOSE)}").output == "".join(
        f"{mode} {path}\n" for path, (_, mode) in LOOSE.items()
    )
    assert runs(job="job-2").said == ["nothing to do"]

    assert runs("revert").said == ["taken back"]
    assert box.run(f"stat -c '%a %u:%g %n' {' '.join(LOOSE)}").output == loose
    box.run("".join(f"chmod {line.replace(' ', ' ', 1)};" for line in before.splitlines()) + "rm /etc/site.key")


@pytest.mark.parametrize(
    ("prepare", "path", "code"),
    [
        ("true", "/etc/no-such", 21),
        ("ln -s /etc/shadow /root/link", "/root/link", 22),
        ("echo > /root/mine", "/root/mine", 23),
        (f"{ADA}; install -o ada -m 644 /dev/null /home/ada/x", "/home/ada/x", 27),
    ],
)
def test_what_it_does_not_know_keeps_its_mode(box, prepare, path, code):
    box.run(prepare)
    assert Runs(box, "perms-fix", paths=[path])().code == code


def test_a_socket_that_is_open_to_all_is_closed(box):
    make = "import socket; socket.socket(socket.AF_UNIX).bind('/run/docker.sock')"
    box.run(f'python3 -c "{make}"; chmod 666 /run/docker.sock')
    runs = Runs(box, "docker-socket-close")

    assert runs().code == 0
    assert box.run("stat -c %a /run/docker.sock").output == "660\n"
    assert runs(job="job-2").said == ["nothing to do"]
    assert runs("revert").code == 0
    assert box.run("stat -c %a /run/docker.sock").output == "666\n"
    box.run("rm /run/docker.sock")
    assert runs(job="job-3").code == 21


def test_a_socket_that_systemd_makes_is_made_closed(box):
    box.write("/run/systemd/system/docker.service", "[Service]\nExecStart=/bin/sleep 100\n")
    box.write(
        "/run/systemd/system/docker.socket", "[Socket]\nListenStream=/run/docker.sock\nSocketMode=0666\nBacklog=9\n"
    )
    box.run("systemctl daemon-reload; systemctl start docker.socket")

    assert Runs(box, "docker-socket-close")().code == 0
    box.run("systemctl restart docker.socket")
    assert box.run("stat -c %a /run/docker.sock").output == "660\n"

    assert Runs(box, "docker-socket-close")("revert").code == 0
    box.run(
        "systemctl stop docker.socket; rm -f /run/docker.sock /run/systemd/system/docker.*; systemctl daemon-reload"
    )


NET = ["net.ipv4.tcp_syncookies", "net.ipv4.conf.all.accept_redirects"]


def test_kernel_settings_are_raised_and_are_as_before_when_that_is_taken_back(box):
    box.run("sysctl -qw net.ipv4.tcp_syncookies=0 net.ipv4.conf.all.accept_redirects=1")
    runs = Runs(box, "sysctl-baseline", keys=NET)

    assert runs().code == 0
    assert box.run(f"sysctl -n {' '.join(NET)}").output == "1\n0\n"
    assert box.read("/etc/sysctl.d/zz-hyprbox.conf").splitlines() == sorted(f"{NET[1]}=0 {NET[0]}=1".split())
    assert runs(job="job-2").said == ["nothing to do"]

    assert runs("revert").code == 0
    assert box.run(f"sysctl -n {' '.join(NET)}").output == "0\n1\n"
    box.run("sysctl -qw net.ipv4.tcp_syncookies=1")


@pytest.mark.parametrize(("keys", "code"), [(["net.ipv4.ip_forward"], 21), ([], 22)])
def test_a_setting_that_is_no_ones_to_change_here_is_refused(box, keys, code):
    """Some of the whole baseline cannot be set in a container."""
    assert Runs(box, "sysctl-baseline", keys=keys)().code == code
