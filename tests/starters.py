"""`-p tests.starters`: of what is collected, only the tests that start an agent as a process.

Nobody keeps a list: a test does when it, a fixture of it, or what of ours they call names the agent under test.
"""

from collections.abc import Iterator
from inspect import isclass, isfunction, ismodule, unwrap
from types import CodeType

from tests import program

UNDER_TEST = {"AGENT", "EXECUTABLE"}  # of tests.program


def pytest_collection_modifyitems(config, items):
    starters = [item for item in items if starts_one(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in starters])
    items[:] = starters


def starts_one(item) -> bool:
    fixtures = item._fixtureinfo.name2fixturedefs.values()
    functions = [item.function, *(definition.func for found in fixtures for definition in found)]
    return any(reaches(function, set()) for function in functions)


def reaches(thing: object, seen: set[int]) -> bool:
    if id(thing) in seen:
        return False
    seen.add(id(thing))
    if isclass(thing):
        return any(reaches(method, seen) for method in vars(thing).values() if isfunction(method))
    thing = unwrap(thing)
    if not isfunction(thing) or not thing.__module__.startswith("tests."):
        return False
    names = set(mentioned(thing.__code__))
    return any(is_under_test(thing, name) for name in names) or any(reaches(it, seen) for it in called(thing, names))


def is_under_test(function, name: str) -> bool:
    return name in UNDER_TEST and function.__globals__.get(name, "") is getattr(program, name)


def mentioned(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from mentioned(inner)


def called(function, names: set[str]) -> Iterator[object]:
    """By its own name, or as a part of a module of ours."""
    for name in names:
        known = function.__globals__.get(name)
        if ismodule(known) and known.__name__.startswith("tests."):
            yield from (getattr(known, part) for part in names if hasattr(known, part))
        elif known is not None:
            yield known
