"""The scanner that docs/howto/write-a-scanner.md makes finds what the page says, on the hosts of that page."""

import re
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from hyprwire import Finding
from tests.node.cases import Case

PAGE = Path(__file__).parents[2] / "docs/howto/write-a-scanner.md"
BLOCKS = re.findall(r"^```(toml|python)\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)
HOSTS = [text for kind, text in BLOCKS if kind == "toml"]


@pytest.fixture
def scanner():
    (text,) = [text for kind, text in BLOCKS if kind == "python"]
    module = ModuleType("cores")
    exec(compile(text, "cores.py", "exec"), module.__dict__)
    return module.SCANNER


@pytest.mark.parametrize("text", HOSTS, ids=["fault", "decoy"])
def test_the_example_finds_what_the_page_says(scanner, text, tmp_path):
    case = Case("cores", "example", tmp_path / "none.toml", tomllib.loads(text))

    found = [one for one in scanner.scan(case.host(tmp_path / "root"), case.config) if isinstance(one, Finding)]

    assert [f"{one.severity} {one.type} {one.key}" for one in found] == case.found
    assert {one.type for one in found} <= {kind.name for kind in scanner.types}


def test_it_has_a_fault_and_a_decoy():
    assert [bool(tomllib.loads(text)["found"]) for text in HOSTS] == [True, False]
