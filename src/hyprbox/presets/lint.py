"""What is wrong with a preset's folder, as sentences; none when it may be shipped.

It finds slips, not malice: who may write a preset may run anything as root.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from hyprbox.presets import shell
from hyprbox.presets.catalogue import Preset, load
from hyprbox.presets.mutating import is_mutating
from hyprbox.presets.render import assemble
from hyprbox.presets.table import BrokenPreset

PARTS = {"check", "apply", "verify", "revert"}
_OURS = re.compile(r"(?<![\w$.-])(BASH_ENV|ENV|PATH|LD_\w+|HB_\w+|P_[A-Z0-9_]+)\+?=")
_WRITES = re.compile(r"(?<![<&=-])\d?>{1,2}\|?[ \t]*(?![>&(]|/dev/(?:null|stderr|stdout)\b)(?=\S)")
_QUIET_AT_A_PIPE = re.compile(r"(?<!\|)\|\s*(?:look |as_root )?grep\s+-\w*q")
_ARITHMETIC = re.compile(r"\(\([^\n]*?\)\)|\[\[[^\n]*?\]\]")


def lint(folder: Path) -> list[str]:
    try:
        preset = load(folder)
    except BrokenPreset as broken:
        return [str(broken)]
    script = folder / "script.sh"
    found = sorted(complaints(preset), key=lambda complaint: complaint[0])
    return [f"{script}:{line}: {sentence}" for line, sentence in found]


def complaints(preset: Preset) -> Iterator[tuple[int, str]]:
    """Line of script.sh and what is wrong there."""
    if broken := list(syntax_errors(preset)):
        yield from broken
        return
    code = shell.code(preset.script)
    yield from function_complaints(preset, code)
    yield from parameter_complaints(preset)
    yield from command_complaints(code)
    yield from shellcheck_complaints(preset)


def syntax_errors(preset: Preset) -> Iterator[tuple[int, str]]:
    """A warning counts: a here-document without its end would swallow the call of main that comes after the script."""
    script = f"{preset.script}\nmain\n"
    ended = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True, env={"LC_ALL": "C.UTF-8"})
    for line, text in re.findall(r"^bash: line (\d+): (.*)$", ended.stderr, re.MULTILINE):
        yield int(line), f"bash cannot read it: {text}"


def function_complaints(preset: Preset, code: str) -> Iterator[tuple[int, str]]:
    defined = list(shell.functions(code))
    own = preset.id.replace("-", "_") + "_"
    for part in sorted(PARTS - {name for _, name in defined}):
        yield 1, f"{part} is missing, expected check, apply, verify and revert"
    for line, name in defined:
        if name not in PARTS and not name.startswith(("_", own)):
            yield line, f"{name} could be anybody's, expected a name that begins with _ or {own}"
        if [each for _, each in defined].count(name) > 1:
            yield line, f"{name} is defined more than once"
    for command in shell.outside_functions(code):
        yield command.line, f"{command.words[0]} is outside a function, expected only functions and plain assignments"


def parameter_complaints(preset: Preset) -> Iterator[tuple[int, str]]:
    declared = {f"P_{parameter.name.upper()}" for parameter in preset.parameters}
    used = [(shell.line_of(preset.script, found.start()), found[0]) for found in re.finditer(r"\bP_\w+", preset.script)]
    for line, name in used:
        if name not in declared:
            yield line, f"{name} is no parameter of preset.toml, expected {', '.join(sorted(declared)) or 'none'}"
    for name in sorted(declared - {name for _, name in used}):
        yield 1, f"{name} is declared in preset.toml and never used"


def command_complaints(code: str) -> Iterator[tuple[int, str]]:
    for command in shell.commands(code):
        if is_mutating(command.words):
            yield command.line, f"{' '.join(command.words[:3])} changes something by itself, expected S before it"
    for match in _WRITES.finditer(_ARITHMETIC.sub(lambda match: " " * len(match[0]), code)):
        yield shell.line_of(code, match.start()), "a redirection writes as who runs this, expected write_file or S tee"
    for match in _QUIET_AT_A_PIPE.finditer(code):
        yield shell.line_of(code, match.end()), "grep -q kills who writes to it, expected grep with >/dev/null"
    for match in _OURS.finditer(code):
        yield shell.line_of(code, match.start()), f"{match[1]} is set here, expected that only the prelude sets it"


def shellcheck_complaints(preset: Preset) -> Iterator[tuple[int, str]]:
    """Of the script as it is run, with the library before it; silent where there is no shellcheck."""
    if not (program := shellcheck()):
        return
    whole = assemble(preset, {f"P_{parameter.name.upper()}": "" for parameter in preset.parameters})
    before = whole[: whole.rindex(preset.script)].count("\n")
    unused = "--exclude=SC2329"  # no preset calls every function of the library
    arguments = [program, "--severity=style", "--format=gcc", unused, "-"]
    output = subprocess.run(arguments, input=whole, capture_output=True, text=True).stdout
    for line, text in re.findall(r"^-:(\d+):\d+: (.*)$", output, re.MULTILINE):
        if int(line) > before:
            yield int(line) - before, f"shellcheck: {text}"


@cache
def shellcheck() -> str | None:
    beside_python = Path(sys.executable).with_name("shellcheck")
    return str(beside_python) if beside_python.exists() else shutil.which("shellcheck")
