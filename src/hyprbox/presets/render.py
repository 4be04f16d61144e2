"""A preset, its values and a mode, made into one bash script."""

import re
from collections.abc import Mapping
from enum import StrEnum
from shlex import quote

from hyprbox.presets.catalogue import Preset
from hyprbox.presets.form import validate


class Mode(StrEnum):
    """What the script is to do. The last line of its output that begins with "hb: " is the sentence for its exit code:

    0 done, or nothing to do; in check: it is needed          30 apply failed, taken back
    10 in check: it is not needed; in status: still armed     31 verify failed, taken back; in probe: a port is closed
    20 to 29 a precondition refused, nothing is changed       32 could not be taken back
    """

    CHECK = "check"
    PLAN = "plan"
    APPLY = "apply"
    CONFIRM = "confirm"
    STATUS = "status"
    PROBE = "probe"
    REVERT = "revert"


OF_THE_GUARD = (Mode.CONFIRM, Mode.STATUS, Mode.PROBE)


def render(preset: Preset, values: Mapping[str, object], mode: Mode, job_id: str) -> str:
    """`job_id` names backup and guard on the node: what comes after an apply is given the id of the applying job."""
    if not re.fullmatch(r"[A-Za-z0-9-]{1,64}", job_id):
        raise ValueError(f"job_id is {job_id!a:.80}, expected 1 to 64 letters, digits and dashes")
    if mode in OF_THE_GUARD and not preset.lockout:
        raise ValueError(f"mode is {mode}, expected check, plan, apply or revert: {preset.id} has no guard")
    about = {
        "HB_PRESET": preset.id,
        "HB_MODE": Mode(mode),
        "HB_JOB": job_id,
        "HB_DISTROS": " ".join(preset.distros),
        "HB_NEEDS_SYSTEMD": str(preset.needs_systemd).lower(),
        "HB_LOCKOUT": " ".join(preset.lockout),
        "HB_GUARD_SECONDS": str(preset.guard_seconds),
    }
    parameters = {f"P_{name.upper()}": value for name, value in validate(preset, values).items()}
    return assemble(preset, about | parameters)


def assemble(preset: Preset, variables: Mapping[str, str]) -> str:
    """Only definitions until the last line: what is cut off on its way does nothing. It reads no standard input."""
    head = "".join(f"export {name}={quote(value)}\n" for name, value in variables.items())
    title = f"#!/bin/bash\n# {preset.id}, version {preset.version}: {preset.title}\n"
    return f"{title}{head}\n{preset.library}\n{preset.script}\nmain </dev/null\n"
