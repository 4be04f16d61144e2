"""Presets that may shut people out, where they may: a real sshd, a real firewall, a neighbour who knocks."""

import pytest

from tests.host.presets import Runs
from tests.servers import wait_until

SOON = 60  # seconds from the end of the guard's time, on a busy machine
FIREWALLS = ["ufw-enable", "nft-baseline", "firewalld-enable"]
KEYS = "ssh-keygen -q -t ed25519 -N '' -f /root/key; install -D -m 600 /root/key.pub /root/.ssh/authorized_keys"
LOGIN = "ssh -o BatchMode=yes -o StrictHostKeyChecking=no -i /root/key localhost echo in"
DROP = "nft 'add table inet f; add chain inet f i { type filter hook input priority 0; policy drop; }'"


@pytest.fixture
def box(box):
    """Root has a key, and a web server is there to be reached or not."""
    box.run(f"{KEYS}; systemctl start nginx")
    return box


def without_proof(script):
    assert script.count("\nverify() {\n") == 1
    return script.replace("\nverify() {\n", "\nverify() {\n  return 0\n")


def shut_everybody_out(script):
    """A firewall that was told of no port at all, not even sshd's; the zone of firewalld has that by itself."""
    script = without_proof(script).replace("< <(wanted_sockets", "< <(: wanted_sockets")
    return script.replace(
        "  S systemctl unmask",
        '  S firewall-offline-cmd --quiet --zone="$_ZONE" --remove-service-from-zone=ssh\n  S systemctl unmask',
    )


def let_nobody_in(script):
    """The rules are left out, the proof is not."""
    script = script.replace('--add-port="${socket#*/}/${socket%/*}"', "--remove-service-from-zone=ssh")
    return script.replace("_allow() {", "_allow() {\n  return 0").replace("%s } accept", "%s } counter")


def listen_to_nobody(script):
    """A drop-in that sshd takes, and then speaks to this machine alone."""
    return without_proof(script).replace(
        "PasswordAuthentication no", "ListenAddress 127.0.0.1\nPasswordAuthentication no"
    )


def misspell(script):
    return script.replace("X11Forwarding no", "X11Forwarding mabye")


def misspell_unseen(script):
    """Nobody looks whether sshd takes it, until it starts again."""
    return misspell(without_proof(script)).replace("  take_up_ssh_settings\n", "  : take_up_ssh_settings\n", 1)


def time_is_up(box):
    """The guard's timer, which has had the seconds of its preset until here, has run out."""
    assert "OnActiveUSec=5min" in box.run("systemctl show -p TimersMonotonic hyprbox-guard-job-1.timer").output
    box.write("/run/systemd/system/hyprbox-guard-job-1.timer.d/now.conf", "[Timer]\nOnActiveSec=\nOnActiveSec=100ms\n")
    box.run("systemctl daemon-reload")


def outcome(runs):
    wait_until(lambda: runs("status").code != 10, seconds=SOON)
    return runs("status").said[-1]


def is_as(before, box):
    """The guard's own traces go a moment after its outcome is known."""
    return wait_until(lambda: box.changed("/etc") == before, seconds=SOON)


def ruleset(box):
    return box.run("nft --stateless list ruleset").output


@pytest.mark.parametrize("preset", FIREWALLS)
def test_a_firewall_that_shuts_everybody_out_is_rolled_back(box, preset):
    before, peer = box.changed("/etc"), box.peer()
    runs = Runs(box, preset).spoilt(shut_everybody_out)

    assert runs().code == 0
    wait_until(lambda: not peer.reaches(22, seconds=0.5), seconds=10)

    time_is_up(box)
    wait_until(lambda: peer.banner(22, seconds=0.5), seconds=SOON)
    assert " is rolled_back since " in outcome(runs)
    assert peer.reaches(80)
    assert is_as(before, box)


def test_a_firewall_that_is_confirmed_stays(box):
    peer, runs = box.peer(), Runs(box, "nft-baseline")

    applied, confirmed = runs(), runs("confirm")

    assert (applied.code, confirmed.code) == (0, 0)
    assert "hyprbox-guard" not in box.run("systemctl list-units --all --no-legend 'hyprbox-guard-*.timer'").output
    assert "tcp/80, where nginx listens, will be closed to others" in applied.said
    assert " is confirmed since " in outcome(runs)
    assert (peer.reaches(22), peer.reaches(80, seconds=0.5)) == (True, False)


@pytest.mark.parametrize("preset", FIREWALLS)
def test_a_firewall_is_applied_once_and_taken_back_in_full(box, preset):
    before, peer, runs = box.changed("/etc"), box.peer(), Runs(box, preset, allow=["tcp/80"])
    box.run("systemd-run --unit=other --working-directory=/srv python3 -m http.server 8080")

    assert runs().code == 0
    applied = ruleset(box)
    assert (peer.reaches(22), peer.reaches(80), peer.reaches(8080, seconds=0.5)) == (True, True, False)
    assert runs(job="job-2").said == ["nothing to do"]
    assert ruleset(box) == applied

    assert runs("revert").said[-1] == "taken back"
    assert peer.reaches(8080)
    assert "policy drop" not in ruleset(box)
    assert box.changed("/etc") == before


@pytest.mark.parametrize("preset", ["ufw-enable", "nft-baseline"])
def test_a_firewall_is_there_again_after_a_restart(box, preset):
    runs = Runs(box, preset)
    runs()
    runs("confirm")

    box.reboot()

    box.run("systemctl start nginx")
    peer = box.peer()
    wait_until(lambda: not peer.reaches(80, seconds=0.5))  # firewalld has started a moment before its rules
    assert peer.reaches(22)


@pytest.mark.parametrize("preset", FIREWALLS)
def test_what_can_be_reached_no_more_is_taken_back_before_the_guard_has_to(box, preset):
    before, peer, runs = box.changed("/etc"), box.peer(), Runs(box, preset).spoilt(let_nobody_in)

    ended = runs()

    assert (ended.code, ended.said[-2:]) == (
        31,
        ["port 22 could be reached before and cannot any more", "verify failed, taken back"],
    )
    assert " is taken_back since " in outcome(runs)
    assert peer.reaches(22)
    assert box.changed("/etc") == before


def test_what_filters_already_is_left_alone(box):
    box.run(DROP)
    assert [Runs(box, preset)().code for preset in FIREWALLS] == [22, 23, 22]


def test_a_look_from_inside_sees_what_a_neighbour_sees(box):
    runs, peer = Runs(box, "nft-baseline"), box.peer()
    assert runs("probe").said[-1].startswith("port 22 can be reached SSH-2.0-OpenSSH")

    box.run(DROP)

    ended = runs("probe")
    assert (ended.code, ended.said) == (31, ["port 22 cannot be reached"])
    assert not peer.reaches(22, seconds=0.5)
    assert "hbprobe" not in box.run("ip netns list; ip -br link").output


@pytest.mark.parametrize(("preset", "values"), [("ssh-harden", {}), ("ssh-crypto", {"level": "strict"})])
def test_sshd_is_hardened_once_and_taken_back_in_full(box, preset, values):
    box.write("/etc/ssh/sshd_config.d/50-theirs.conf", "PermitRootLogin yes\n")
    before, effective = box.changed("/etc"), box.run("sshd -T").output
    peer, runs = box.peer(), Runs(box, preset, **values)

    assert runs().code == 0
    assert box.run("sshd -T").output != effective
    assert box.run(LOGIN).output == "in\n"
    applied = box.changed("/etc")
    assert runs(job="job-2").said == ["nothing to do"]
    assert box.changed("/etc") == applied

    assert runs("revert").code == 0
    assert box.changed("/etc") == before
    assert box.run("sshd -T").output == effective
    assert peer.banner(22).startswith("SSH-2.0-")


def test_sshd_settings_that_shut_everybody_out_are_rolled_back(box):
    before, peer, runs = box.changed("/etc"), box.peer(), Runs(box, "ssh-harden").spoilt(listen_to_nobody)

    assert runs().code == 0
    assert not peer.reaches(22)

    time_is_up(box)
    wait_until(lambda: peer.banner(22, seconds=0.5), seconds=SOON)
    assert " is rolled_back since " in outcome(runs)
    assert is_as(before, box)


def test_a_drop_in_that_sshd_does_not_take_never_reaches_it(box):
    before, peer, runs = box.changed("/etc"), box.peer(), Runs(box, "ssh-harden").spoilt(misspell)

    ended = runs()

    assert (ended.code, ended.said[-1]) == (30, "apply failed, taken back")
    assert " is taken_back since " in outcome(runs)
    assert peer.banner(22).startswith("SSH-2.0-")
    assert box.changed("/etc") == before


def test_a_restart_rolls_back_what_is_not_confirmed(box):
    before, runs = box.changed("/etc"), Runs(box, "ssh-harden").spoilt(misspell_unseen)
    assert runs().code == 0

    box.reboot()

    assert " is rolled_back since " in outcome(runs)
    assert box.peer().banner(22).startswith("SSH-2.0-")
    assert is_as(before, box)


def test_nobody_is_left_without_a_key(box):
    box.run("rm /root/.ssh/authorized_keys")
    before = box.changed("/etc")

    ended = Runs(box, "ssh-harden")()

    sentence = "nobody who may log in has a key, expected one: without passwords nobody would get in"
    assert (ended.code, ended.said) == (24, [sentence])
    assert box.changed("/etc") == before


@pytest.mark.parametrize("values", [{"root": "no"}, {"users": ["root", "ada"]}])
def test_the_keys_that_count_are_those_of_who_may_log_in(box, values):
    box.run("useradd -m -s /bin/bash ada")
    assert Runs(box, "ssh-harden", **values)("check").code == 24

    box.run("install -D -o ada -m 600 /root/key.pub ~ada/.ssh/authorized_keys")

    assert Runs(box, "ssh-harden", **values)("check").code == 0


def test_what_is_set_stricter_stays_so(box):
    box.run("useradd -m -s /bin/bash ada; install -D -o ada -m 600 /root/key.pub ~ada/.ssh/authorized_keys")
    theirs = {"permitrootlogin no", "maxauthtries 2", "logingracetime 20"}
    box.write("/etc/ssh/sshd_config.d/50-theirs.conf", "\n".join(theirs) + "\n")

    assert Runs(box, "ssh-harden", users=["ada"])().code == 0

    assert theirs | {"passwordauthentication no"} <= set(box.run("sshd -T").output.splitlines())


def test_a_match_that_says_otherwise_is_named(box):
    box.write("/etc/ssh/sshd_config.d/90-theirs.conf", "Match User root\n  PasswordAuthentication yes\n")

    ended = Runs(box, "ssh-harden")()

    assert (ended.code, ended.said[-2:]) == (31, ["not in effect: passwordauthentication", "verify failed, taken back"])
