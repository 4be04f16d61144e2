"""For dataclasses, which asks for signatures only to write documentation that is not in the archive."""


def signature(_: object) -> None:
    raise ValueError("there are no signatures here")


def unwrap(function: object) -> object:
    return function
