"""Proof of a fix that anybody can check without us: signed by the installation's key, as OpenSSH signs files.

No cryptography of our own: `ssh-keygen -Y sign` and `-Y verify` do the work, and every administrator has them.
"""

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hyprbox import installation
from hyprbox.errors import Unavailable

NAMESPACE = "hyprbox-proof-v1"
PRINCIPAL = "hyprbox"
TOOL = "ssh-keygen"


@dataclass(frozen=True, slots=True)
class Proof:
    """`payload` is the exact text that was signed."""

    payload: str
    signature: str
    publicKey: str


class BadProof(Exception):
    """One sentence: it is not what somebody with this key has signed."""


def installation_id(key_file: Path) -> str:
    """The fingerprint of the installation's public key."""
    return _run("-l", "-f", str(installation.public(key_file))).split()[1]


def sign(key_file: Path, payload: str) -> Proof:
    """Unavailable where ssh-keygen is missing."""
    installation.key(key_file)
    signature = _run("-q", "-Y", "sign", "-f", str(key_file), "-n", NAMESPACE, stdin=payload)
    return Proof(payload, signature, installation.public(key_file).read_text().strip())


def verify(bundle: dict[str, Any], trusted: str | None = None) -> str:
    """The fingerprint of the key that signed it. `trusted`: the public key that it must be."""
    try:
        payload, signature, key = (str(bundle[name]) for name in ("payload", "signature", "publicKey"))
    except (KeyError, TypeError):
        raise BadProof("it has no payload, signature and publicKey, expected a proof as HyprBox writes it") from None
    key = " ".join(key.split()[:2])  # whatever else stands there must not be taken for the one that has signed
    if trusted is not None and trusted.split()[:2] != key.split():
        raise BadProof("it is signed with another key than the one you trust")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "signature").write_text(signature)
        (folder / "signers").write_text(f'{PRINCIPAL} namespaces="{NAMESPACE}" {key}\n')
        (folder / "key.pub").write_text(f"{key}\n")
        arguments = ("-f", str(folder / "signers"), "-I", PRINCIPAL, "-n", NAMESPACE, "-s", str(folder / "signature"))
        try:
            _run("-q", "-Y", "verify", *arguments, stdin=payload)
            return _run("-l", "-f", str(folder / "key.pub")).split()[1]
        except subprocess.CalledProcessError:
            raise BadProof("its signature does not fit: it was changed, or signed with another key") from None


def _run(*words: str, stdin: str = "") -> str:
    if shutil.which(TOOL) is None:
        raise Unavailable(f"{TOOL} is missing on the control plane, expected OpenSSH's client to be installed")
    ran = subprocess.run([TOOL, *words], input=stdin, capture_output=True, text=True, check=True, timeout=20)
    return ran.stdout
