"""Certificates as authorities and administrators really make them: by the openssl command."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path


def openssl(*words, cwd):
    subprocess.run(["openssl", *words], cwd=cwd, check=True, capture_output=True)


KINDS = {
    "ec": ("ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
    "rsa": ("rsa:2048",),
    "ed25519": ("ed25519",),
}


def self_signed(directory, stem="own", kind="ec", days=365, name="a.example"):
    """`stem`.crt and `stem`.key."""
    openssl(
        *("req", "-x509", "-nodes", "-newkey", *KINDS[kind], "-keyout", f"{stem}.key", "-out", f"{stem}.crt"),
        *("-days", str(days), "-subj", f"/O=Example/CN={name}", "-addext", f"subjectAltName=DNS:{name},DNS:*.{name}"),
        cwd=directory,
    )
    return Path(directory, f"{stem}.crt")


def issued(
    directory, issuer, stem, days, name="b.example", is_ca=False, names="DNS:b.example", digest="sha256", key=None
):
    """`stem`.crt and `stem`.key, signed by `issuer`.crt. With `key`, another's is used."""
    extensions = Path(directory, f"{stem}.ext")
    extensions.write_text(f"basicConstraints=CA:{str(is_ca).upper()}\nsubjectAltName={names}\n")
    openssl(
        *(
            "req",
            "-nodes",
            *(("-new", "-key", f"{key}.key") if key else ("-newkey", *KINDS["ec"], "-keyout", f"{stem}.key")),
            "-out",
            f"{stem}.csr",
            "-subj",
            f"/CN={name}",
        ),
        cwd=directory,
    )
    openssl(
        *("x509", "-req", "-in", f"{stem}.csr", "-CA", f"{issuer}.crt", "-CAkey", f"{issuer}.key", "-CAcreateserial"),
        *("-days", str(days), f"-{digest}", "-extfile", extensions.name, "-out", f"{stem}.crt"),
        cwd=directory,
    )
    return Path(directory, f"{stem}.crt")


def end_of(path):
    shown = subprocess.run(
        ["openssl", "x509", "-in", path, "-noout", "-enddate"], check=True, capture_output=True, text=True
    )
    text = shown.stdout.strip().removeprefix("notAfter=").removesuffix(" GMT")
    return datetime.strptime(text, "%b %d %H:%M:%S %Y").replace(tzinfo=UTC)
