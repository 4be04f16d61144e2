"""Which certificates of the API are believed: always verified, against the system's CAs and HYPRBOX_CA_FILE."""

import os
import ssl
from pathlib import Path

BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Alpine, Arch
    "/etc/pki/tls/certs/ca-bundle.crt",  # RHEL, Fedora
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  # RHEL from 10 on
    "/etc/ssl/ca-bundle.pem",  # SUSE
    "/etc/ssl/cert.pem",  # Alpine without ca-certificates, the BSDs
)


def context(private: Path | None) -> ssl.SSLContext:
    """OSError (ssl.SSLError is one) when `private` holds no certificate."""
    trusted = ssl.create_default_context(cafile=system_bundle())
    if private is not None:
        trusted.load_verify_locations(cafile=private)
    return trusted


def system_bundle() -> str | None:
    """A Python that was built elsewhere, as ours is, looks where its builder kept them: so look here ourselves."""
    if os.environ.get(ssl.get_default_verify_paths().openssl_cafile_env):
        return None
    return next((path for path in BUNDLES if os.path.isfile(path)), None)
