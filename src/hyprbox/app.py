"""The whole server, wired: which resources exist and what they share."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from litestar import Litestar, Request, Router
from litestar.datastructures import State
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.template import TemplateConfig

from hyprbox import door, form, health, hosts, life, refuse
from hyprbox.audit import pages as audit_pages
from hyprbox.auth import Caller
from hyprbox.box import Box
from hyprbox.enrolments import api as enrolments
from hyprbox.enrolments import pages as enrolments_pages
from hyprbox.errors import Unauthenticated
from hyprbox.findings import api as findings
from hyprbox.findings import pages as findings_pages
from hyprbox.guards import api as guards
from hyprbox.guards import pages as guards_pages
from hyprbox.guards import store as guards_store
from hyprbox.hot import shim
from hyprbox.inventory import api as inventory
from hyprbox.inventory import pages as inventory_pages
from hyprbox.jobs import api as jobs
from hyprbox.jobs import pages as jobs_pages
from hyprbox.look import engine, files, shield
from hyprbox.nodes import api as nodes
from hyprbox.nodes import pages as nodes_pages
from hyprbox.notices import api as notices
from hyprbox.notices import pages as notices_pages
from hyprbox.overview import pages as overview_pages
from hyprbox.overview.pages import around
from hyprbox.people import api as people
from hyprbox.people import pages as people_pages
from hyprbox.presets import api as presets
from hyprbox.presets import pages as presets_pages
from hyprbox.remediations import api as remediations
from hyprbox.remediations import pages as remediations_pages
from hyprbox.runs import api as runs
from hyprbox.runs import pages as runs_pages
from hyprbox.schedules import api as schedules
from hyprbox.schedules import pages as schedules_pages
from hyprbox.suppressions import api as suppressions
from hyprbox.suppressions import pages as suppressions_pages
from hyprbox.thresholds import api as thresholds
from hyprbox.thresholds import pages as thresholds_pages
from hyprbox.tokens import api as tokens
from hyprbox.tokens import pages as tokens_pages
from hyprbox.windows import api as windows
from hyprwire import __version__

API = [
    people,
    tokens,
    nodes,
    enrolments,
    thresholds,
    inventory,
    findings,
    suppressions,
    jobs,
    remediations,
    guards,
    presets,
]
API += [windows, runs, schedules, notices]
PAGES = [
    overview_pages,
    audit_pages,
    people_pages,
    tokens_pages,
    nodes_pages,
    enrolments_pages,
    thresholds_pages,
    inventory_pages,
    findings_pages,
    suppressions_pages,
    jobs_pages,
    guards_pages,
    remediations_pages,
    presets_pages,
    runs_pages,
    schedules_pages,
    notices_pages,
]

LARGEST_BODY = 4 * 1024 * 1024


def create(box: Box) -> shim.App:
    app = Litestar(
        [
            health.routes,
            files.routes,
            *overview_pages.outside,
            *enrolments_pages.outside,
            Router("/api", route_handlers=_all(API)),
            Router("/dashboard", route_handlers=_all(PAGES), include_in_schema=False),
        ],
        dependencies={
            "box": Provide(lambda: box, sync_to_thread=False),
            "caller": Provide(_caller, sync_to_thread=False),
            "form": Provide(form.read),
            "frame": Provide(around.frame),
            "guard_of": Provide(lambda: guards_store.of_job, sync_to_thread=False),
            "recommend": Provide(lambda: partial(presets.recommend, box.presets), sync_to_thread=False),
        },
        exception_handlers={Exception: refuse.refused},
        guards=[door.only_known_parameters],
        lifespan=[lambda _: life.of(box)],
        logging_config=None,
        middleware=[door.WhoIsIt],
        openapi_config=OpenAPIConfig(
            "HyprBox", __version__, path="/api/openapi.json", render_plugins=[JsonRenderPlugin(path="/")]
        ),
        request_max_body_size=LARGEST_BODY,
        state=State({"box": box}),
        template_config=TemplateConfig(instance=engine.engine()),
    )
    return shim.before(box, hosts.only(box.config.public_url, shield.around(app)))


def _all(resources: Iterable[Any]) -> list[HTTPRouteHandler]:
    return [handler for resource in resources for handler in resource.handlers]


def _caller(request: Request[Caller | None, None, State], box: door.TheBox) -> Caller:
    """It needs no box: what is asked for one after the other is spared a group of tasks, which cost more than both."""
    if request.user is None:
        raise Unauthenticated("sign in, or send 'Authorization: Bearer hbak_…'")
    return request.user
