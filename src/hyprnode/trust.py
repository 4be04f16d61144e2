"""Which certificates of the API are believed: always verified, against the system's CAs and HYPRBOX_CA_FILE.

A Python that was built elsewhere, as ours is, looks for the system's CAs where its builder had them: so we look.
"""

import glob
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
# The same by hash, one file each: OpenSSL reads only what it needs of them, which keeps 2 MB out of memory.
DIRECTORIES = ("/etc/ssl/certs", "/etc/pki/ca-trust/extracted/pem/directory-hash")


def context(private: Path | None) -> ssl.SSLContext:
    """OSError (ssl.SSLError is one) when `private` holds no certificate."""
    is_chosen = os.environ.get("SSL_CERT_FILE") or os.environ.get("SSL_CERT_DIR")
    directory = None if is_chosen else hashed_directory()
    bundle = None if is_chosen or directory else system_bundle()
    trusted = ssl.create_default_context(cafile=bundle, capath=directory)
    if private is not None:
        trusted.load_verify_locations(cafile=private)
        trusted.verify_flags &= ~ssl.VERIFY_X509_STRICT  # Python 3.13 on; many a private CA says nothing of key usage
    return trusted


def hashed_directory() -> str | None:
    return next((path for path in DIRECTORIES if any(glob.iglob(f"{path}/????????.0"))), None)


def system_bundle() -> str | None:
    return next((path for path in BUNDLES if os.path.isfile(path)), None)
