"""What a type of finding is called where people read. A type that is not listed is called by its own words."""

TITLES = {
    "account.empty_password": "Account without a password",
    "account.sudo_nopasswd": "sudo without a password",
    "account.uid0": "Second account with uid 0",
    "agent.duplicate_identity": "Two machines use one node id",
    "agent.journal_broken": "The journal of what ran was changed",
    "agent.outdated": "Agent is an older version",
    "agent.plain_http": "Agent talks without TLS",
    "agent.token_expiring": "Node's token expires",
    "agent.token_exposed": "Node's token can be read by others",
    "auth.bruteforce": "Passwords are being guessed",
    "backup.missing": "Backup missing",
    "backup.shrunk": "Backup shrank",
    "backup.stale": "Backup is old",
    "disk.filling": "Disk is full soon",
    "disk.full": "Disk almost full",
    "disk.inodes": "Disk almost out of inodes",
    "disk.readonly": "Disk became read-only",
    "distro.eol": "System is out of support",
    "distro.eol_soon": "System is soon out of support",
    "firewall.configured_not_loaded": "Firewall configured but not loaded",
    "firewall.inactive": "No firewall filters what comes in",
    "memory.low": "Memory almost used up",
    "memory.oom_kill": "Processes killed for lack of memory",
    "packages.broken": "Packages are half installed",
    "port.exposed": "Port open to everybody",
    "raid.degraded": "RAID array degraded",
    "reboot.required": "Restart needed to finish updates",
    "service.stale_libs": "Services run with old libraries",
    "ssh.config_invalid": "SSH configuration is invalid",
    "ssh.empty_passwords": "SSH accepts empty passwords",
    "ssh.password_auth": "SSH accepts passwords",
    "ssh.root_login": "SSH lets root in",
    "sysctl.weak": "Kernel settings are weak",
    "systemd.failed": "Unit failed",
    "systemd.flapping": "Unit keeps restarting",
    "time.unsynced": "Clock is not synchronised",
    "tls.expiring": "Certificate expires",
    "tls.key_exposed": "Private key can be read by others",
    "tls.key_mismatch": "Certificate and key do not fit",
    "tls.stale_served": "Server still shows the old certificate",
    "updates.security": "Security updates pending",
    "updates.stale_lists": "Package lists are old",
}
NAMES = {"dns", "eol", "gpg", "ip", "lvm", "nfs", "raid", "ssh", "tls", "zfs"}


def title(type: str) -> str:
    """`nginx.config_invalid` is "Nginx: config invalid"."""
    if type in TITLES:
        return TITLES[type]
    subject, _, rest = type.replace("_", " ").partition(".")
    subject = subject.upper() if subject in NAMES else subject[:1].upper() + subject[1:]
    return f"{subject}: {rest.replace('.', ' ')}" if rest else subject
