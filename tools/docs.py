"""Writes the tables of docs/ from the code: `make docs`. A test compares them, so they cannot rot."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from hyprbox import config as box
from hyprbox.cli import COMMANDS, command, main
from hyprbox.findings.byhand import by_hand
from hyprbox.findings.own import TYPES as OWN_TYPES
from hyprbox.presets import catalogue
from hyprnode import config as node
from hyprnode import scanners

DOCS = Path(__file__).parent.parent / "docs"
MADE = "<!-- Made from the code by `make docs`; change it there. -->"
INSTALLATION = {
    "HYPRBOX_ENROLMENT_CODE": "A code (hbec_…) that the new node exchanges for a token of its own.",
    "HYPRBOX_NODE_TOKEN": "Instead of a code: a token that was made for this node.",
    "HYPRBOX_NODE_ID": "What the node is called; else it is called as the host.",
    "HYPRBOX_CA_FILE": "A private CA, trusted besides the system's, also while fetching.",
}


def pages() -> dict[str, str]:
    """Every made file below docs/ with what it must hold."""
    return {
        "reference/environment.md": environment(),
        "reference/commands.md": commands(),
        "reference/presets.md": presets(),
        "FINDINGS.md": findings(),
    }


def environment() -> str:
    agent = [(f"`{row.name}`", code(row.default), row.about) for row in node.table().values()]
    server = [(f"`{row.name}`", code(row.default), row.sentence) for row in box.VARIABLES]
    headings = ("variable", "default", "what it does")
    return page(
        "Environment variables",
        "Durations are written as Go writes them: `90s`, `5m`, `1h30m`.",
        "## The agent, `hyprnode`",
        table(headings, agent),
        "## Its installation, `install.sh` and `hyprnode install`",
        table(headings, [(f"`{name}`", "", about) for name, about in INSTALLATION.items()]),
        "## The control plane, `hyprbox serve`",
        table(headings, server),
        "## The commands, `hyprbox …`, on any machine",
        table(
            headings,
            [
                ("`HYPRBOX_API_URL`", "", "The control plane's address. With a key, commands go over HTTP."),
                ("`HYPRBOX_API_KEY`", "", "A key made by `hyprbox key create`."),
            ],
        ),
    )


def findings() -> str:
    presets = catalogue.load_all().values()
    rows = [
        (f"`{type_.name}`", severities(type_.severities), scanner.name, type_.about, answers(presets, type_.name))
        for scanner in scanners.ALL.values()
        for type_ in scanner.types
    ]
    rows += [
        (f"`{name}`", severity, "the control plane", about, answers(presets, name))
        for name, (severity, about) in OWN_TYPES.items()
    ]
    return page(
        "Finding types",
        "What a node can report. (node, type, key) names a finding for life: seen again it is the same one.",
        table(("type", "severity", "scanner", "what it means", "answered by"), rows),
    )


def answers(presets: Iterable[catalogue.Preset], finding_type: str) -> str:
    answering = catalogue.answering(presets, finding_type)
    return ", ".join(code(preset.id) for preset in answering) or f"a person: {by_hand(finding_type)}"


def presets() -> str:
    parts = []
    for preset in catalogue.load_all().values():
        parts += [f"## {preset.id}", f"{preset.title}. Risk: {preset.risk}. Answers {listed(preset.resolves)}."]
        parts += [preset.description.strip(), *guard(preset)]
        rows = [(code(each.name), each.type, code(each.default or ""), each.description) for each in preset.parameters]
        parts += [table(("parameter", "type", "default", "what it is"), rows)] if rows else []
    return page("Presets", "Vetted fixes that come with HyprBox.", *parts)


def guard(preset: catalogue.Preset) -> list[str]:
    if not preset.lockout:
        return []
    areas, minutes = ", ".join(preset.lockout), preset.guard_seconds / 60
    return [f"May shut people out ({areas}): unless it is confirmed, it is taken back after {minutes:g} minutes."]


def commands() -> str:
    context = click.Context(main, info_name="hyprbox")
    parts = []
    for name in COMMANDS:
        found = command(name)
        parts += help_of(found, click.Context(found, info_name=name, parent=context))
    return page("Commands", "What `hyprbox` understands; every command says this itself with `--help`.", *parts)


def help_of(command: click.Command, context: click.Context) -> list[str]:
    parts = [f"## {context.command_path}", f"```\n{command.get_help(context)}\n```"]
    if isinstance(command, click.Group):
        for name, child in command.commands.items():
            inner = click.Context(child, info_name=name, parent=context)
            parts += [f"### {inner.command_path}", f"```\n{child.get_help(inner)}\n```"]
    return parts


def page(title: str, *parts: str) -> str:
    return "\n\n".join([MADE, f"# {title}", *parts]) + "\n"


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def code(text: str) -> str:
    return f"`{text}`" if text else ""


def listed(names: Sequence[str]) -> str:
    return ", ".join(map(code, names)) or "no finding"


def severities(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"


if __name__ == "__main__":
    for name, text in pages().items():
        (DOCS / name).write_text(text)
