"""`hyprnode uninstall`: stops the service and takes away every file that it brought, itself last."""

import os
import shutil
from collections.abc import Sequence
from contextlib import suppress

from hyprnode.installing import systemd
from hyprnode.installing.orders import USAGE, Refused
from hyprnode.installing.places import Places, remove
from hyprnode.values import BadSetting


def run(words: Sequence[str], places: Places | None = None) -> int:
    if words not in ([], ["--even-with-jobs"]):
        raise BadSetting(f"{' '.join(words)} is no option of uninstall, expected:\n{USAGE}")
    if os.geteuid() != 0:
        raise Refused("this runs as somebody else, expected root")
    if systemd.runs():
        stop(even_with_jobs=bool(words))
    clear(places or Places())
    print("HyprNode is gone from this machine. The control plane still knows the node: delete it there.")
    return 0


def stop(even_with_jobs: bool) -> None:
    jobs = systemd.running_jobs()
    if jobs and not even_with_jobs:
        raise Refused(f"{', '.join(jobs)} still runs, expected its end, or --even-with-jobs: its result will be lost")
    systemd.ask("disable", "--quiet", "--now", systemd.SERVICE)


def clear(places: Places) -> None:
    for path in (places.settings, places.token, places.token_dropin, places.unit):
        remove(path)
    for folder in (places.token_dropin.parent, places.folder):
        with suppress(OSError):  # not there, or somebody has put something into it
            folder.rmdir()
    for folder in (places.state, places.runtime):
        shutil.rmtree(folder, ignore_errors=True)
    if systemd.runs():
        systemd.ask("daemon-reload")
        systemd.ask("reset-failed", systemd.SERVICE)
    if not any(path.exists() for path in places.packaged_units):  # else the package takes it away
        remove(places.program)
