"""The docs say what the code does: tables are made from it, links lead somewhere, commands and variables exist."""

import re
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
NAME = {"ids": lambda path: str(path.relative_to(ROOT))}


@cache
def made_pages():
    spec = spec_from_file_location("docs", ROOT / "tools" / "docs.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.pages()


@pytest.mark.parametrize(
    "name", ["reference/environment.md", "reference/commands.md", "reference/presets.md", "FINDINGS.md"]
)
def test_a_made_page_is_what_the_code_says(name):
    assert (ROOT / "docs" / name).read_text() == made_pages()[name], "run `make docs`"


@pytest.mark.parametrize("path", PAGES, **NAME)
def test_links_lead_somewhere(path):
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text()):
        if not target.startswith(("http://", "https://")):
            assert (path.parent / target).exists(), target


@pytest.mark.parametrize("path", PAGES, **NAME)
def test_variables_that_are_named_exist(path):
    known = set(re.findall(r"`(H[A-Z_]+)`", made_pages()["reference/environment.md"])) | {"HYPRBOX_JOB_ID"}
    assert set(re.findall(r"\bHYPRBOX_[A-Z_]+[A-Z]\b", path.read_text())) <= known


@pytest.mark.parametrize("path", PAGES, **NAME)
def test_commands_that_are_shown_exist(path):
    commands = made_pages()["reference/commands.md"]
    for words in re.findall(r"^\s*(?:\$ )?hyprbox ([a-z]+(?: [a-z]+)?)", path.read_text(), re.M):
        group = words.split()[0]
        assert f"## hyprbox {group}\n" in commands, words


@pytest.mark.parametrize("path", PAGES, **NAME)
def test_make_targets_that_are_named_exist(path):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    assert set(re.findall(r"`make ([a-z-]+)`", path.read_text())) <= targets


def test_every_note_of_why_has_a_date_and_is_short():
    for path in (ROOT / "docs" / "why").glob("*.md"):
        text = path.read_text()
        assert re.search(r"^\d{4}-\d{2}-\d{2}$", text, re.M), path
        assert len(text.splitlines()) <= 30, path
