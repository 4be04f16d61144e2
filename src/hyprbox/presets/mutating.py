"""Which commands change a machine, as far as one can tell by looking at their words."""

from itertools import dropwhile


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ALWAYS = words(
    """rm rmdir mv cp ln install mkdir mktemp touch truncate tee dd chmod chown chgrp chattr setfacl
    kill pkill killall shutdown reboot poweroff halt mount umount swapon swapoff modprobe rmmod sudo su systemd-run
    useradd usermod userdel groupadd groupmod groupdel gpasswd passwd chpasswd dpkg-reconfigure"""
)
_PACKAGES = words("update install reinstall upgrade full-upgrade dist-upgrade remove purge autoremove clean add del")
_SERVICES = words("start stop restart reload force-reload graceful try-restart reload-or-restart enable disable")
_RULES = words("add delete insert replace flush destroy -f -A -D -F -I -P -R -X")
_WITH_ONE_OF = {
    **dict.fromkeys(["apt", "apt-get", "dnf", "yum", "zypper", "apk", "snap"], _PACKAGES),
    **dict.fromkeys(["service", "rc-service", "apachectl", "apache2ctl"], _SERVICES),
    **dict.fromkeys(["nft", "iptables", "ip6tables", "ip"], _RULES),
    "systemctl": _SERVICES | words("mask unmask daemon-reload reset-failed kill set-property isolate revert"),
    "apt-mark": words("hold unhold auto manual"),
    "certbot": words("renew certonly run delete revoke"),
    "chronyc": words("makestep burst online offline add delete"),
    "dpkg": words("-i -r -P --install --remove --purge --configure --unpack"),
    "fail2ban-client": words("start stop reload restart set add ban unban"),
    "find": words("-delete rm mv cp chmod chown"),
    "journalctl": words("--rotate --flush --sync --vacuum-size --vacuum-time --vacuum-files"),
    "nginx": words("-s"),
    "sed": words("-i -Ei -ri --in-place"),
    "sysctl": words("-w -p --load --system --write"),
    "timedatectl": words("set-time set-timezone set-ntp"),
    "ufw": words("enable disable reload reset allow deny reject limit default delete"),
}
_FIREWALLD = ("--add", "--remove", "--change", "--set", "--new", "--delete", "--reload", "--complete-reload", "--panic")
_REHEARSED = words("-s --simulate --dry-run")
_RUNS_ANOTHER = words("look as_root env nice xargs timeout")


def is_mutating(command: list[str]) -> bool:
    """Of a simple command; what begins with S may change things."""
    while command and command[0] in _RUNS_ANOTHER:
        command = list(dropwhile(lambda word: word[0] in "-0123456789" or "=" in word, command[1:]))
    if not command:
        return False
    name, rest = command[0].rsplit("/", 1)[-1], {word.split("=", 1)[0] for word in command[1:]}
    if name.startswith("apt") and rest & _REHEARSED:
        return False
    if name.startswith("firewall-"):
        return any(word.startswith(_FIREWALLD) for word in rest)
    return name in _ALWAYS or bool(rest & _WITH_ONE_OF.get(name, frozenset()))
