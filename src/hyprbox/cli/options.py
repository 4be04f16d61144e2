"""Options that several commands have."""

from datetime import timedelta
from typing import Any

import click

from hyprwire import duration


class Duration(click.ParamType[timedelta]):
    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        if isinstance(value, timedelta):
            return value
        try:
            return duration.parse(value)
        except ValueError as error:
            self.fail(f"{value!r}: {error}", param, ctx)


as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
limit = click.option("--limit", type=click.IntRange(1), default=200, show_default=True, help="At most so many.")
