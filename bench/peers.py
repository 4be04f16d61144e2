"""Other agents of this kind, started as small as they come: those that are installed, or unpacked below PEERS."""

import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.servers import free_port

UNPACKED = os.environ.get("PEERS", "")
PLACES = os.pathsep.join([f"{UNPACKED}/usr/bin", f"{UNPACKED}/usr/sbin", os.environ["PATH"], "/usr/sbin"])


def installed() -> dict[str, tuple[Path, Callable[[Path, Path], list[str]]]]:
    """By name: the program, and what makes its command line from the program and a folder."""
    known = {"prometheus-node-exporter": node_exporter, "zabbix_agent2": zabbix, "collectd": collectd}
    found = {name: shutil.which(name, path=PLACES) for name in known}
    return {name: (Path(path), known[name]) for name, path in found.items() if path}


def node_exporter(program: Path, folder: Path) -> list[str]:
    return [str(program), f"--web.listen-address=127.0.0.1:{free_port()}"]


def zabbix(program: Path, folder: Path) -> list[str]:
    config = folder / "zabbix.conf"
    config.write_text(
        f"Server=127.0.0.1\nHostname=bench\nListenIP=127.0.0.1\nListenPort={low_port()}\nLogType=console\n"
        f"PluginSocket={folder}/zabbix.plugins\nControlSocket={folder}/zabbix.control\n"
    )
    return [str(program), "-c", str(config)]


def low_port() -> int:
    """It takes none from 32768 on, where the kernel chooses."""
    for port in range(20000, 32768):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("no port below 32768 is free")


def collectd(program: Path, folder: Path) -> list[str]:
    plugins, types = f"{UNPACKED}/usr/lib/collectd", f"{UNPACKED}/usr/share/collectd/types.db"
    config = folder / "collectd.conf"
    loaded = "".join(f"LoadPlugin {name}\n" for name in ("cpu", "memory", "df", "load", "uptime"))
    config.write_text(
        f'BaseDir "{folder}"\nPIDFile "{folder}/collectd.pid"\nPluginDir "{plugins}"\nTypesDB "{types}"\n{loaded}'
    )
    return [str(program), "-f", "-C", str(config)]


@contextmanager
def running(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(10)
