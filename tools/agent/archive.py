"""archive.py OUT TRIAL SRC…: the agent and what it imports of the standard library, compiled, as a zip archive.

Run by the CPython that the executable has in it, since compiled code is of one version. The same input gives the
same bytes: nothing in it comes from a clock, an order of files or a path.
"""

import _imp
import importlib.util
import marshal
import re
import sys
import zipfile
from modulefinder import Module, ModuleFinder
from pathlib import Path
from types import CodeType

HERE = Path(__file__).parent
STANDINS = HERE / "standins"
START = "from hyprnode.__main__ import main\n\nraise SystemExit(main())\n"
# Of a second archive, to be tried: everything that is in it can be imported in the runtime.
TRIAL = """
import sys
for name in {names}:
    __import__(name)
print(len(sys.modules))
"""
WITH_LINES = ("hyprnode", "hyprwire")
OURS = ("hyprnode", "hyprwire", "asn1crypto")
NOT_LINUX = ("hyprnode.elsewhere", "hyprnode.foreign")  # the second: where there is no _hyprnode_syscalls
BUILT_IN = {*sys.builtin_module_names, "_hyprnode_syscalls"}
# Imported by their names at run time, where no finder sees it.
ALSO = [
    f"encodings.{name}"
    for name in ("ascii", "cp1252", "idna", "iso8859_1", "latin_1", "punycode", "raw_unicode_escape")
]
ALSO += [f"encodings.{name}" for name in ("unicode_escape", "utf_16", "utf_16_be", "utf_16_le", "utf_32_be", "utf_8")]
ALSO += ["zipimport"]
# What these import at their top and hardly ever use, by the name of the module: 0.4 MB of an agent's memory.
LATER = {"urllib.parse": "ipaddress", "dataclasses": "copy"}
FLAG_UNCHECKED_HASH = 1
EPOCH = (2025, 1, 1, 0, 0, 0)


def main() -> None:
    out, trial, *sources = (Path(word) for word in sys.argv[1:])
    modules = found(sources)
    write(out, modules, START)
    write(trial, modules, TRIAL.format(names=sorted(name for name in modules if not name.endswith("__main__"))))


def write(out: Path, modules: dict[str, Module], start: str) -> None:
    with zipfile.ZipFile(out, "w") as archive:
        add(archive, "_start.pyc", compile(start, "_start", "exec", dont_inherit=True, optimize=2))
        for name in sorted(modules):
            add_module(archive, name, modules[name])


def found(sources: list[Path]) -> dict[str, Module]:
    library = Path(zipfile.__file__).parent.parent
    path = [str(place) for place in (STANDINS, *sources, library)]
    finder = ModuleFinder(path=path, excludes=[*NOT_LINUX, *(HERE / "stdlib-without").read_text().split()])
    encodings = STANDINS / "encodings"
    finder.import_hook("encodings")
    finder.modules["encodings"].__path__.insert(0, str(encodings))
    for folder in OURS:
        for name in everything_of(folder, sources[0]):
            finder.import_hook(name)
    for name in ALSO:
        finder.import_hook(name)
    complain(finder)
    return {name: module for name, module in finder.modules.items() if module.__file__ and not _imp.is_frozen(name)}


def everything_of(package: str, source: Path) -> list[str]:
    """Of ours each module; of asn1crypto what is asked for."""
    if package == "asn1crypto":
        return [package]
    files = sorted((source / package).rglob("*.py"))
    names = [".".join(path.relative_to(source).with_suffix("").parts).removesuffix(".__init__") for path in files]
    return [name for name in names if name not in NOT_LINUX]


def complain(finder: ModuleFinder) -> None:
    """Of modules that ours import at their top and that are not there; the standard library does without many."""
    ours = {name for name in finder.modules if name.split(".")[0] in ("hyprnode", "hyprwire")}
    missing = {
        name: sorted(by)
        for name, by in finder.badmodules.items()
        if name not in BUILT_IN
        and name not in NOT_LINUX
        and name.rpartition(".")[0] not in finder.modules  # something of a module that is no module itself
        and by.keys() & ours
    }
    if missing:
        sys.exit(f"the executable cannot import {missing}, see tools/agent/stdlib-without and modules-without")


def add_module(archive: zipfile.ZipFile, name: str, module: Module) -> None:
    path = Path(module.__file__)
    inside = name.replace(".", "/") + ("/__init__.pyc" if module.__path__ else ".pyc")
    code = compile(source(name, path), name, "exec", dont_inherit=True, optimize=2)
    add(archive, inside, code if name.split(".")[0] in WITH_LINES else without_lines(code))


def source(name: str, path: Path) -> bytes:
    text = path.read_bytes()
    if name not in LATER:
        return text
    later = LATER[name].encode()
    without, times = re.subn(rb"^import %b$" % later, b"", text, flags=re.MULTILINE)
    if times != 1:
        sys.exit(f"{name} does not import {LATER[name]} at its top, see LATER")
    return re.sub(rb"\b%b\.(?=\w)" % later, b"__import__('%b')." % later, without)


def without_lines(code: CodeType) -> CodeType:
    """Which line an instruction is of is a tenth of all that others' code weighs, and tells us nothing."""
    inner = tuple(without_lines(part) if isinstance(part, CodeType) else part for part in code.co_consts)
    return code.replace(co_linetable=b"", co_consts=inner)


def add(archive: zipfile.ZipFile, inside: str, code: object) -> None:
    head = importlib.util.MAGIC_NUMBER + FLAG_UNCHECKED_HASH.to_bytes(4, "little") + bytes(8)
    entry = zipfile.ZipInfo(inside, EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 3
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, head + marshal.dumps(code), compresslevel=9)


if __name__ == "__main__":
    main()
