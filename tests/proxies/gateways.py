"""The proxies of deploy/proxies as they are, but for ports, paths and names, each in front of a running server."""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.servers import free_port, wait_until

DEPLOY = Path(__file__).parent.parent.parent / "deploy" / "proxies"


@dataclass(frozen=True)
class Certificate:
    """`both` holds the key, too, as HAProxy wants it."""

    certificate: Path
    key: Path
    both: Path


Made = Callable[[Path, int, str, Certificate], list[str]]


def nginx(folder: Path, port: int, upstream: str, pair: Certificate) -> list[str]:
    site = (DEPLOY / "nginx.conf").read_text()
    site = changed(site, r"listen 443 ssl", f"listen 127.0.0.1:{port} ssl")
    site = changed(site, r"server 127\.0\.0\.1:4000", f"server {upstream}")
    site = changed(site, r"/etc/ssl/box\.example\.com\.pem", str(pair.certificate))
    site = changed(site, r"/etc/ssl/box\.example\.com\.key", str(pair.key))
    kept = "".join(
        f"{name}_temp_path {folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main = f"daemon off; user root; pid {folder}/pid; error_log stderr;\nevents {{}}\nhttp {{ {kept} {site} }}\n"
    (folder / "nginx.conf").write_text(main)
    return ["nginx", "-e", "stderr", "-p", str(folder), "-c", str(folder / "nginx.conf")]


def haproxy(folder: Path, port: int, upstream: str, pair: Certificate) -> list[str]:
    text = (DEPLOY / "haproxy.cfg").read_text()
    text = changed(text, r"bind :443", f"bind 127.0.0.1:{port}")
    text = changed(text, r"server one 127\.0\.0\.1:4000", f"server one {upstream}")
    text = changed(text, r"/etc/haproxy/box\.example\.com\.pem", str(pair.both))
    (folder / "haproxy.cfg").write_text(text)
    return ["haproxy", "-db", "-q", "-f", str(folder / "haproxy.cfg")]


def caddy(folder: Path, port: int, upstream: str, pair: Certificate) -> list[str]:
    text = (DEPLOY / "Caddyfile").read_text()
    text = changed(text, r"box\.example\.com \{", f":{port} {{\n\tbind 127.0.0.1\n\ttls {pair.certificate} {pair.key}")
    text = changed(text, r"127\.0\.0\.1:4000", upstream)
    (folder / "Caddyfile").write_text("{\n\tadmin off\n\tauto_https disable_redirects\n}\n" + text)
    return ["caddy", "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]


PROXIES: dict[str, Made] = {"nginx": nginx, "haproxy": haproxy, "caddy": caddy}


@contextmanager
def in_front_of(url: str, name: str, folder: Path) -> Iterator[str]:
    """Its address; it asks HyprBox under the name it was asked by."""
    port, pair = free_port(), self_signed(folder)
    command = PROXIES[name](folder, port, url.removeprefix("http://"), pair)
    assert shutil.which(command[0]), f"{command[0]} is missing; `make dev` installs it"
    log = folder / "log"
    with log.open("wb") as sink:
        process = subprocess.Popen(
            command, stdout=sink, stderr=sink, env={"HOME": str(folder), "PATH": "/usr/sbin:/usr/bin"}
        )
    try:
        wait_until(lambda: alive(f"https://127.0.0.1:{port}"), process, log)
        yield f"https://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def alive(url: str) -> bool:
    try:
        return httpx.get(f"{url}/ready", verify=False).status_code == 200
    except httpx.HTTPError:
        return False


def self_signed(folder: Path) -> Certificate:
    pair = Certificate(folder / "box.pem", folder / "box.key", folder / "both.pem")
    words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=box.example.com"
    subprocess.run(
        ["openssl", *words.split(), "-out", pair.certificate, "-keyout", pair.key], check=True, capture_output=True
    )
    pair.both.write_text(pair.certificate.read_text() + pair.key.read_text())
    return pair


def changed(text: str, pattern: str, new: str) -> str:
    """The example must still say what the test believes that it says."""
    made, times = re.subn(f"(?m)^((?!\\s*#).*?){pattern}", lambda match: match[1] + new, text)
    assert times == 1, f"{pattern} is {times} times in the example, expected once"
    return made
