"""Run by Alembic; the connection comes from `upgrade`."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import TypeDecorator

from hyprbox.tables import METADATA


def render(kind: str, item: Any, _: Any) -> str | Literal[False]:
    """A migration names what the database stores, not a class of ours that may change."""
    return f"sa.{item.impl!r}" if kind == "type" and isinstance(item, TypeDecorator) else False


def include(_: Any, name: str | None, kind: str, reflected: bool, __: Any) -> bool:
    return not (kind == "table" and reflected and name == "alembic_version")


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    render_item=render,
    include_object=include,
)
context.run_migrations()
