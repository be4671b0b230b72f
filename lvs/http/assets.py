"""Static files in memory, and the bundles that pages load: source files joined at the start."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from lvs import paths

STATIC = paths.resources("static")


def _sheets(*names: str) -> tuple[str, ...]:
    return tuple(f"css/{name}.css" for name in names)


def _modules(*names: str) -> tuple[str, ...]:
    return tuple(f"js/{name}.js" for name in names)


# What each bundle is joined from, in this order. Every page loads `htmx`, `browse` and `site`; the
# others are named by the pages that need them. A new file is one more name here. What a page needs
# only on use is no part of a bundle: a module loads it with `import()`.
BUNDLES: dict[str, tuple[str, ...]] = {
    "bundles/htmx.js": ("htmx/htmx.min.js", "htmx/hx-sse.min.js", "js/swap_place.js"),
    "bundles/browse.js": _modules(
        "live",
        "curate",
        "page",
        "search",
        "select",
        "back",
    ),
    "bundles/watch.js": _modules(
        "tags",
        "player",
        "watch",
    ),
    "bundles/site.css": _sheets(
        "tokens",
        "base",
        "controls",
        "panel",
        "notice",
        "frame",
        "card",
        "curation",
        "tags",
        "folders",
        "gallery",
        "list",
        "status",
        "first",
        "bulk",
        "palette",
        "home",
        "watch",
        "contrast",  # overrides the others, so it is the last
    ),
    "bundles/dashboard.css": _sheets("table", "dashboard", "settings"),
    "bundles/headset.css": _sheets("headset"),
    "bundles/api.css": _sheets("api"),
}
CLASSIC = "bundles/htmx.js"  # sets globals; the other scripts are modules

_COMMENT = re.compile(r"^[ \t]*//.*\n", re.M)
_EXCHANGE = re.compile(r"^(?:import\s*[\w{*'\"]|export\b)", re.M)
_IMPORT = re.compile(r"\bimport\('(\.[^']+)'\)")


@dataclass(frozen=True, slots=True)
class Asset:
    """A static file in memory, with its compressed form and the version for its address."""

    body: bytes
    compressed: bytes
    mime_type: str
    version: str


@lru_cache(maxsize=256)
def asset(path: str) -> Asset | None:
    """A file of `static/` or a bundle, read once; None when there is none of that name."""
    if path in BUNDLES:
        body = _bundle(path).encode()
    elif path in _static_files():
        body = (STATIC / path).read_bytes()
    else:
        return None
    mime_type = mimetypes.guess_type(path)[0] or "application/octet-stream"
    if mime_type.startswith("text/"):
        mime_type += "; charset=utf-8"
    version = hashlib.blake2b(body, digest_size=5).hexdigest()
    return Asset(body, gzip.compress(body, 9, mtime=0), mime_type, version)


def static_url(path: str) -> str:
    """The address of a static file, with its version, so that browsers may keep it for ever."""
    found = asset(path)
    if found is None:
        raise LookupError(f"static/{path} does not exist")
    return f"/static/{path}?v={found.version}"


@lru_cache(maxsize=1)
def theme_colors() -> dict[str, str]:
    """The color of the bar in each theme, which browsers give to their own frame and to the window
    of the installed app."""
    tokens = (STATIC / "css/tokens.css").read_text("utf-8")
    found = re.search(r"--ground: light-dark\((#\w+), (#\w+)\)", tokens)
    if found is None:
        raise LookupError("static/css/tokens.css has no pair of colors for --ground")
    return {"light": found[1], "dark": found[2]}


@lru_cache(maxsize=1)
def _static_files() -> frozenset[str]:
    return frozenset(
        path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*") if path.is_file()
    )


def _bundle(name: str) -> str:
    join: Callable[[str], str] = _as_is if name.endswith(".css") or name == CLASSIC else _as_part
    return "".join(join(path) for path in BUNDLES[name])


def _as_is(path: str) -> str:
    """Files end in a `;` or a newline, whichever is missing."""
    source = (STATIC / path).read_text("utf-8")
    return source if source.endswith("\n") else source + ";\n"


def _as_part(path: str) -> str:
    """A module as a part of a larger one: its names stay its own, and its failure stops no other.
    ValueError for one that imports or exports: it could not be a block."""
    source = _COMMENT.sub("", (STATIC / path).read_text("utf-8"))
    if _EXCHANGE.search(source):
        raise ValueError(f"static/{path} imports or exports, so it can't be part of a bundle")
    source = _IMPORT.sub(lambda found: f"import('{_beside(path, found[1])}')", source)
    return f"try {{ // {path}\n{source}}} catch (error) {{ reportError(error); }}\n"


def _beside(path: str, target: str) -> str:
    """The address of a module that another names relative to itself."""
    return static_url(posixpath.normpath(posixpath.join(posixpath.dirname(path), target)))
