"""Presets as one script behind one library, so that shellcheck reads that once; it takes a second for it.

Every name of a preset's own gets the preset's before it, so that none knows another. What a script says by itself, such
as a variable that nobody uses, `make lint` sees of each alone.
"""

import re
import subprocess
from collections.abc import Iterator, Sequence

from hyprbox.presets.catalogue import Preset, library
from hyprbox.presets.lint import PARTS, shellcheck

_PART = re.compile(rf"(?<![\w$/.-])(?:{'|'.join(sorted(PARTS))})(?!\w)")
_OWN = re.compile(r"(?<!\w)_(?=\w)")


def complaints(presets: Sequence[Preset]) -> dict[str, list[str]]:
    """By preset, with the line in its script.sh."""
    found: dict[str, list[str]] = {preset.id: [] for preset in presets}
    pieces = [whole(preset) for preset in presets]
    text = library() + "".join(pieces)
    lines = [0] * (library().count("\n") + 1) + [line for piece in pieces for line in range(1, piece.count("\n") + 1)]
    whose = [""] * (library().count("\n") + 1)
    for preset, piece in zip(presets, pieces, strict=True):
        whose += [preset.id] * piece.count("\n")
    for line, said in said_by_shellcheck(text):
        found.setdefault(whose[line], []).append(f"{lines[line]}: {said}")
    return found


def whole(preset: Preset) -> str:
    """With the calls and the values that the library and the renderer have for it."""
    name = preset.id.replace("-", "_")
    script = _OWN.sub(f"_{name}_", _PART.sub(lambda part: f"{name}_{part[0]}", preset.script))
    values = "".join(f"export P_{parameter.name.upper()}=''\n" for parameter in preset.parameters)
    calls = "".join(f"  {name}_{part}\n" for part in sorted(PARTS))
    return f'{script}\n{values}if [ "$HB_PRESET" = {preset.id} ]; then\n{calls}fi\n'


def said_by_shellcheck(text: str) -> Iterator[tuple[int, str]]:
    # No preset calls every function of the library, and a value of the one is like a value of another.
    program = [str(shellcheck()), "--shell=bash", "--severity=style", "--format=gcc", "--exclude=SC2329,SC2153", "-"]
    ended = subprocess.run(program, input=text, capture_output=True, text=True)
    for line, said in re.findall(r"^-:(\d+):\d+: (.*)$", ended.stdout, re.MULTILINE):
        yield int(line), said
