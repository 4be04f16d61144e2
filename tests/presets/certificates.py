"""Certificates with the dates that a test needs, made by openssl."""

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

CONFIG = """
[ca]
default_ca = here
[here]
database = {folder}/index
new_certs_dir = {folder}
rand_serial = yes
default_md = sha256
unique_subject = no
policy = any
[any]
commonName = supplied
[req]
distinguished_name = none
[none]
"""


class Authority:
    """Signs what it is asked to; every certificate is of one key, which is not what matters here."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir()
        (folder / "index").touch()
        (folder / "config").write_text(CONFIG.format(folder=folder))
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", folder / "key"]
        self._openssl("req", "-new", *key, "-subj", "/CN=example.com", "-out", folder / "request")

    def issue(self, begins: timedelta, ends: timedelta) -> str:
        """PEM of a certificate that begins and ends so long from now."""
        now = datetime.now(UTC)
        dates = ["-startdate", f"{now + begins:%Y%m%d%H%M%SZ}", "-enddate", f"{now + ends:%Y%m%d%H%M%SZ}"]
        made = self._folder / "certificate"
        signing = ["-batch", "-notext", "-selfsign", "-keyfile", self._folder / "key", "-in", self._folder / "request"]
        self._openssl("ca", *signing, *dates, "-out", made)
        return made.read_text()

    def _openssl(self, command: str, *arguments: str | Path) -> None:
        config = ["-config", self._folder / "config"]
        subprocess.run(["openssl", command, *config, *arguments], check=True, capture_output=True)
