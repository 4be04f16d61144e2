"""A server is reloaded when its configuration holds, else it is left alone."""

import pytest

from hyprbox.presets.catalogue import load, shipped
from hyprbox.presets.render import Mode, render
from tests.presets import web


def run(machine, mode="apply", **values):
    return machine.run(render(load(shipped() / "web-reload"), values, Mode(mode), "job-1"))


def test_every_active_server_is_reloaded(machine):
    web.install(machine, "nginx", "haproxy")

    ended = run(machine)

    assert (ended.code, ended.said) == (0, ["reloaded nginx", "reloaded haproxy", "applied"])
    assert web.reloads(machine) == ["nginx", "haproxy"]


def test_just_the_one_that_is_chosen(machine):
    web.install(machine, "nginx", "apache2")
    assert run(machine, service="apache2").code == 0
    assert web.reloads(machine) == ["apache2"]


@pytest.mark.parametrize(("service", "program"), [("nginx", "nginx"), ("apache2", "apache2ctl"), ("httpd", "httpd")])
def test_a_broken_configuration_is_refused_with_what_the_server_says(machine, service, program):
    web.install(machine, service)
    machine.write(f"/srv/broken/{program}", "")

    ended = run(machine)

    assert ended.code == 23
    assert ended.said[-1] == f"the configuration of {service} is broken, expected one that passes its own test"
    assert "unknown directive in line 7" in ended.output
    assert web.reloads(machine) == []


def test_no_server_at_all_is_refused(machine):
    web.install(machine)
    ended = run(machine)
    assert (ended.code, ended.said) == (21, ["no web server is active, expected one of: nginx apache2 httpd haproxy"])


def test_a_server_that_does_not_run_is_refused(machine):
    web.install(machine, "nginx")
    ended = run(machine, service="haproxy")
    assert (ended.code, ended.said) == (22, ["haproxy is not active, expected a running server to reload"])


def test_a_server_that_does_not_survive_the_reload_is_a_failure(machine):
    web.install(machine, "nginx")
    machine.write("/srv/dies/nginx", "")
    assert run(machine).code == 31


@pytest.mark.parametrize(
    ("mode", "said"), [("check", "needed"), ("plan", "would run: systemctl reload -- nginx.service")]
)
def test_looking_reloads_nothing(machine, mode, said):
    web.install(machine, "nginx")
    ended = run(machine, mode)
    assert ended.code == 0
    assert said in ended.said
    assert web.reloads(machine) == []


def test_without_systemd_the_service_command_does_it(machine):
    machine.program("nginx", web.SERVER)
    machine.program("service", '#!/bin/bash\n[ "$1" = nginx ] && echo "$@" >>/srv/service.log\n')
    machine.path("/srv").mkdir()

    assert run(machine).code == 0
    assert machine.path("/srv/service.log").read_text().splitlines().count("nginx reload") == 1


def test_a_reload_cannot_be_reverted(machine):
    web.install(machine, "nginx")
    assert run(machine, "revert").code == 28
