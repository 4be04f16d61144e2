"""For dataclasses, which asks what a class is annotated with, and for signatures to write documentation from; for
asn1crypto, which names what it found where it expected something else, in passing too."""


def get_annotations(cls: type) -> dict[str, object]:
    """Its own, not inherited ones."""
    return dict(cls.__dict__.get("__annotations__", {}))  # noqa: RUF063 - this is it


def isclass(thing: object) -> bool:
    return isinstance(thing, type)


def signature(_: object) -> None:
    raise ValueError("there is no documentation here")
