"""What a person does where no preset answers a type: because the right way depends on what only a person knows."""

BY_HAND = {
    "account.uid0": "Find out who made it. An emergency account gets a number of its own and sudo, anything else is "
    "deleted; a preset that did either could lock out who depends on it.",
    "account.weak_hash": "Have its owner set the password again (passwd): the new one is hashed as the system does "
    "today.",
    "account.inconsistent": "Compare passwd, shadow and group with pwck -r and grpck -r, and decide which of them is "
    "right.",
    "account.keys_writable": "chmod go-w on the file and its folder, and look who may have written to them meanwhile: "
    "a key that nobody knows is a way in.",
    "account.weak_key": "Ask its owner for an Ed25519 key and take this one out once the new one has been used.",
    "agent.duplicate_identity": "One machine is a copy of the other: on the copy run hyprnode install "
    "--reset-identity.",
    "agent.journal_broken": "If the machine was restored from an older state, that is why; otherwise treat it as "
    "broken into.",
    "agent.plain_http": "Give the control plane a certificate, set HYPRBOX_API_URL to https://, and rotate the token.",
    "agent.token_expiring": "hyprbox token rotate makes its successor and lets both live for a week.",
    "agent.token_exposed": "chmod 600 on the file, then rotate the token: whoever could read it may have it.",
    "audit.inactive": "systemctl status auditd says why it does not run; remove the package if nobody wants its "
    "records.",
    "backup.missing": "Look whether the backup runs, and whether HYPRBOX_BACKUPS names the place where it puts its "
    "files.",
    "backup.shrunk": "Compare the two newest: what is missing in the smaller one? Restore it somewhere to be sure.",
    "backup.stale": "Look at the log of the backup; run it once by hand, and see that it ends well.",
    "btrfs.errors": "Look at btrfs device stats, replace the device, run a scrub, then reset the counters.",
    "disk.filling": "Find what grows (du -xh --max-depth=1), and stop it or make room before disk.full comes.",
    "disk.inodes": "Find the folder with most files (du --inodes -x) and whoever makes them: sessions, mails, caches.",
    "disk.readonly": "The disk has failed or its file system is damaged: read dmesg, save the data, replace or check "
    "it.",
    "disk.smart_failing": "Replace the disk now; until then make sure that the backup is good.",
    "disk.smart_wear": "Order a replacement and plan when to put it in.",
    "distro.eol": "Upgrade to the next release, or subscribe to its extended support.",
    "distro.eol_soon": "Plan the upgrade to the next release while this one is still mended.",
    "docker.group": "Take out of the group whoever need not be root: gpasswd -d USER docker.",
    "docker.ufw_bypass": "Publish the port on 127.0.0.1 alone, or filter it in the chain DOCKER-USER.",
    "kernel.errors": "Read what it says: disks and memory are replaced, tasks that hang are mostly a disk that is "
    "slow.",
    "logging.down": "Start the logger again (systemctl start systemd-journald, or syslog) and see why it ended.",
    "mac.disabled": "Switch AppArmor or SELinux on where the services are tested with it; it may take a restart.",
    "memory.low": "See what has grown (ps --sort=-rss), restart or limit it, or give the machine more memory.",
    "memory.oom_kill": "Limit or move what takes the memory; what was killed may have to be started again.",
    "memory.pressure": "Move work away from the machine, or give it more memory: it does little but wait for it.",
    "memory.swap": "See what has grown (ps --sort=-rss), restart or limit it, or give the machine more memory.",
    "package.eol": "Upgrade to a version that its makers still mend; for a database that is a migration.",
    "port.exposed": "Bind it to 127.0.0.1 or a private address, or have the firewall turn strangers away; "
    "acknowledge it "
    "where it is meant.",
    "raid.degraded": "Replace the disk that failed and add the new one to the array (mdadm --add); no script knows "
    "which.",
    "ssh.config_invalid": "sshd -t names the line. Mend it before the next restart, with a session left open.",
    "tls.chain_expiring": "Fetch the chain again from whoever issued the certificate, and reload the server.",
    "tls.key_mismatch": "Find the key that belongs to it, or have it issued anew for the key that is there.",
    "tls.not_yet_valid": "Look at the clock of this machine and of whoever issued it; until then put the former one "
    "back.",
    "tls.unreadable": "Correct HYPRBOX_TLS_PATHS, or let the agent read the file; what is no certificate need not be "
    "there.",
    "tls.weak": "Have it issued anew with a key of ECDSA P-256 or RSA 2048 and more.",
    "updates.held": "Find out why it is held (apt-mark showhold, pins); release it, or accept the risk until a date.",
    "zfs.degraded": "zpool status names the device: replace it (zpool replace) and let it resilver.",
}


def by_hand(finding_type: str) -> str | None:
    """None where a preset answers it, or nobody has written anything yet."""
    if finding_type.endswith(".unreadable"):
        return BY_HAND.get(finding_type, UNREADABLE)
    return BY_HAND.get(finding_type)


UNREADABLE = "Let the agent read what it names, or switch the scanner off there: until then nobody knows how that is."
