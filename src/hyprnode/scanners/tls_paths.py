"""Which certificates are watched: those that were named, else those of certbot and of the servers' own settings."""

import os
import re
from collections.abc import Iterator

from hyprnode.config import Config
from hyprnode.host import Host

# Where the directive stands, relative to which folder its path is, and the directive.
DIRECTIVES = (
    ("/etc/nginx/nginx.conf", "/etc/nginx", r"^\s*ssl_certificate\s+\"?([^;\"\s]+)\"?\s*;"),
    ("/etc/nginx/conf.d/*.conf", "/etc/nginx", r"^\s*ssl_certificate\s+\"?([^;\"\s]+)\"?\s*;"),
    ("/etc/nginx/sites-enabled/*", "/etc/nginx", r"^\s*ssl_certificate\s+\"?([^;\"\s]+)\"?\s*;"),
    ("/etc/nginx/http.d/*.conf", "/etc/nginx", r"^\s*ssl_certificate\s+\"?([^;\"\s]+)\"?\s*;"),
    ("/etc/apache2/sites-enabled/*.conf", "/etc/apache2", r"^\s*SSLCertificateFile\s+\"?([^\"\s]+)"),
    ("/etc/httpd/conf.d/*.conf", "/etc/httpd", r"^\s*SSLCertificateFile\s+\"?([^\"\s]+)"),
    ("/etc/haproxy/haproxy.cfg", "/etc/haproxy", r"^\s*bind\s.*\scrt\s+(\S+)"),
    ("/etc/postfix/main.cf", "/etc/postfix", r"^\s*smtpd_tls_cert_file\s*=\s*(\S+)"),
    ("/etc/dovecot/dovecot.conf", "/etc/dovecot", r"^\s*ssl_cert\s*=\s*<?\s*(\S+)"),
    ("/etc/dovecot/conf.d/*.conf", "/etc/dovecot", r"^\s*ssl_cert\s*=\s*<?\s*(\S+)"),
)


def patterns(host: Host, config: Config) -> Iterator[str]:
    """Who sets the variable means exactly that."""
    yield from config.tls_paths
    if "HYPRBOX_TLS_PATHS" not in config.given:
        yield from dict.fromkeys(served(host))


def served(host: Host) -> Iterator[str]:
    """A name that is only known when somebody connects, with a variable in it, is left out."""
    for pattern, home, directive in DIRECTIVES:
        for path in host.glob(pattern):
            for value in re.findall(directive, host.text(path) or "", re.M):
                if "$" not in value and not value.startswith("data:"):
                    there = os.path.join(home, value.rstrip("/"))
                    yield f"{there}/*" if os.path.isdir(host.path(there)) else there
