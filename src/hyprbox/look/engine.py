"""The template engine: where templates lie, what they can say, what none of them can forget."""

from datetime import datetime
from pathlib import Path
from typing import cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from litestar.plugins.jinja import JinjaTemplateEngine
from markupsafe import Markup

from hyprbox import visible, words
from hyprbox.findings import words as findings
from hyprbox.findings.titles import title
from hyprbox.jobs import words as jobs
from hyprbox.jobs.model import Job
from hyprbox.look import files
from hyprbox.nodes import words as nodes
from hyprbox.remediations import words as remediations

BOX = Path(__file__).parent.parent

NAME = Markup('<span class="nowrap">{}</span>')
AGO = Markup('<time datetime="{}" title="{}">{}</time>')


def engine() -> JinjaTemplateEngine:
    return JinjaTemplateEngine(engine_instance=environment())


def environment() -> Environment:
    """`nodes/list.html` is a file of the folder nodes/templates/nodes, and so for each resource."""
    made = Environment(
        loader=FileSystemLoader(sorted(BOX.glob("*/templates"))),
        autoescape=True,
        finalize=visible.finish,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"file": files.address, "count": words.count}
    made.filters |= FILTERS
    return made


@pass_context
def ago(context: Context, when: datetime) -> Markup:
    """How long ago, or how long until; the exact time is in the title."""
    return AGO.format(when.isoformat(), words.exact(when), words.relative(when, _now(context)))


@pass_context
def since(context: Context, when: datetime) -> Markup:
    """The same without "ago", for a column in which everything is past."""
    return AGO.format(when.isoformat(), words.exact(when), words.rough((_now(context) - when).total_seconds()))


@pass_context
def in_short(context: Context, job: Job) -> str:
    return jobs.in_short(job, _now(context))


@pass_context
def took(context: Context, job: Job) -> str:
    length = jobs.took(job, _now(context))
    return "" if length is None else words.span(length)


@pass_context
def moment(context: Context, when: datetime) -> Markup:
    """The exact time, for stories and proofs; how long ago is in the title."""
    now = _now(context)
    title = f"{words.exact(when)}, {words.relative(when, now)}"
    return AGO.format(when.isoformat(), title, words.short(when, now))


def unbroken(text: str) -> Markup:
    """For a narrow column: a name such as web-fra-01 goes to the next line as a whole."""
    return Markup(" ").join(NAME.format(word) if is_name(word) else word for word in visible.visible(text).split(" "))


def is_name(word: str) -> bool:
    return "-" in word and len(word) < 30


def as_typed(typed: str) -> Markup:
    """For a field in which somebody goes on typing: nothing in it may be replaced."""
    return Markup.escape(typed)


def _now(context: Context) -> datetime:
    return cast(datetime, context["now"])


FILTERS = {
    "ago": ago,
    "as_typed": as_typed,
    "browser": words.browser,
    "clip": visible.clip,
    "exact": words.exact,
    "finding_sign": findings.sign,
    "job_name": jobs.name,
    "job_sign": jobs.sign,
    "in_short": in_short,
    "listed": words.listed,
    "moment": moment,
    "node_sign": nodes.sign,
    "rough": words.rough,
    "severity_sign": findings.severity,
    "severity_word": findings.severity_word,
    "since": since,
    "size": words.size,
    "span": words.span,
    "spelled": words.spelled,
    "system": words.system,
    "title_of": title,
    "took": took,
    "unbroken": unbroken,
    "verdict_sign": remediations.sign,
}
