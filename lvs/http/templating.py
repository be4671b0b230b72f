"""Jinja, set up once: autoescape, our words as filters, addresses of static files."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined

from lvs import __version__, formatting, kinds, paths
from lvs.listing.builtin import NAVIGATION

STATIC = paths.resources("static")


@dataclass(frozen=True, slots=True)
class Asset:
    """A static file in memory, with its compressed form and the version for its address."""

    body: bytes
    compressed: bytes
    mime_type: str
    version: str


@lru_cache(maxsize=256)
def asset(path: str) -> Asset | None:
    """A file of `static/`, read once; None when there is none of that name."""
    if path not in _static_files():
        return None
    body = (STATIC / path).read_bytes()
    mime_type = mimetypes.guess_type(path)[0] or "application/octet-stream"
    if mime_type.startswith("text/"):
        mime_type += "; charset=utf-8"
    version = hashlib.blake2b(body, digest_size=5).hexdigest()
    return Asset(body, gzip.compress(body, 9, mtime=0), mime_type, version)


@lru_cache(maxsize=1)
def _static_files() -> frozenset[str]:
    return frozenset(
        path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*") if path.is_file()
    )


def static_url(path: str) -> str:
    """The address of a static file, with its version, so that browsers may keep it for ever."""
    found = asset(path)
    if found is None:
        raise LookupError(f"static/{path} does not exist")
    return f"/static/{path}?v={found.version}"


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
        command=paths.command,
        version=__version__,
        navigation=NAVIGATION,
        nav_url="",
        is_draft=False,
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
