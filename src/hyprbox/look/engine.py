"""The template engine: where templates lie, what they can say, what none of them can forget."""

from datetime import datetime
from pathlib import Path
from typing import cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from litestar.plugins.jinja import JinjaTemplateEngine
from markupsafe import Markup

from hyprbox.look import files, text, words

BOX = Path(__file__).parent.parent

AGO = Markup('<time datetime="{}" title="{}">{}</time>')


def engine() -> JinjaTemplateEngine:
    return JinjaTemplateEngine(engine_instance=environment())


def environment() -> Environment:
    """`nodes/list.html` is a file of the folder nodes/templates/nodes, and so for each resource."""
    made = Environment(
        loader=FileSystemLoader(sorted(BOX.glob("*/templates"))),
        autoescape=True,
        finalize=text.finish,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"file": files.address, "count": words.count}
    made.filters |= {
        "ago": ago, "moment": moment, "span": words.span, "size": words.size, "clip": text.clip,
        "listed": words.listed, "exact": words.exact, "as_typed": as_typed,
    }  # fmt: skip
    return made


@pass_context
def ago(context: Context, when: datetime) -> Markup:
    """How long ago, or how long until; the exact time is in the title."""
    return AGO.format(when.isoformat(), words.exact(when), words.relative(when, _now(context)))


@pass_context
def moment(context: Context, when: datetime) -> Markup:
    """The exact time, for stories and proofs; how long ago is in the title."""
    now = _now(context)
    title = f"{words.exact(when)}, {words.relative(when, now)}"
    return AGO.format(when.isoformat(), title, words.short(when, now))


def as_typed(typed: str) -> Markup:
    """For a field in which somebody goes on typing: nothing in it may be replaced."""
    return Markup.escape(typed)


def _now(context: Context) -> datetime:
    return cast(datetime, context["now"])
