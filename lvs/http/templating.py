"""Jinja, set up once: autoescape, our words as filters, addresses of static files."""

from __future__ import annotations

from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from markupsafe import Markup

from lvs import __version__, formatting, kinds, paths
from lvs.http.assets import static_url, theme_colors
from lvs.http.preferences import DEFAULTS, PREFERENCES
from lvs.listing.builtin import NAVIGATION


def icon(name: str) -> Markup:
    """A symbol of `static/icons.svg`, in the color of the text around it."""
    return Markup('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>').format(
        static_url("icons.svg"), name
    )


def environment() -> Environment:
    env = Environment(
        loader=ChoiceLoader(
            [
                FileSystemLoader(paths.resources("templates")),
                PrefixLoader({"kinds": FileSystemLoader(kinds.FOLDER)}),
            ]
        ),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    env.globals.update(
        static=static_url,
        icon=icon,
        theme_colors=theme_colors(),
        command=paths.command,
        version=__version__,
        navigation=NAVIGATION,
        nav_url="",
        is_draft=False,
        preferences=DEFAULTS,
        preference_choices=PREFERENCES,
    )
    env.filters.update(
        size=formatting.size,
        duration=formatting.duration,
        number=formatting.number,
        plural=formatting.plural,
        since=formatting.since,
    )
    return env


class Templates:
    """`render(name, **context)`: a template's text."""

    def __init__(self) -> None:
        self._env = environment()

    def render(self, name: str, **context: Any) -> str:
        return self._env.get_template(name).render(**context)
