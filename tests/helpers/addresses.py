"""Every address of the app: the routes of its own map, so that a new route is asked, too."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from urllib.parse import quote

from quart import Quart
from werkzeug.routing import Rule

from lvs.listing.builtin import BUILTIN_LISTS
from lvs.store.sort_orders import SORT_ORDERS

ENDLESS = "/events"
DIFFERENT_EACH_TIME = "/random"


@dataclass(frozen=True)
class Named:
    """What stands in the place of the arguments of routes."""

    hashes: Collection[str]
    paths: Collection[str]
    folders: Collection[str]
    tag: str


def addresses(app: Quart, named: Named, without: tuple[str, ...] = ()) -> Iterator[str]:
    """Each GET route, and each list by its arguments; `without` are beginnings of routes."""
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and not rule.rule.startswith(without):
            yield from _filled(rule, named)
    for sort in SORT_ORDERS:
        yield f"/partials/cards?sort={sort}&seed=3"
    for one in BUILTIN_LISTS:
        for path in ("/partials/gallery", "/api/videos", "/api/items"):
            yield f"{path}?{one.arguments}"
    for words in ("q=Video", f"tag={quote(named.tag)}", "kind=all", "min_rating=1", "watched=1"):
        yield f"/all?{words}"
        yield f"/api/videos?{words}"
    for media_hash in named.hashes:
        yield f"/partials/watch?video={media_hash}"
    for folder in named.folders:
        yield f"/all?folder={quote(folder)}"
    yield f"/partials/tags?tag={quote(named.tag[:3])}"
    yield f"/api/tags/popular?q={quote(named.tag[:3])}"


def _filled(rule: Rule, named: Named) -> Iterator[str]:
    if "media_hash" in rule.arguments:
        name = "320.jpg" if "thumbnails" in rule.rule else "video.mp4"
        for media_hash in named.hashes:
            yield re.sub("<[^>]*name>", name, rule.rule.replace("<media_hash>", media_hash))
    elif "<path:filename>" in rule.rule:
        for path in named.paths:
            yield rule.rule.replace("<path:filename>", quote(path))
    elif "tag" in rule.arguments:
        yield rule.rule.replace("<path:tag>", quote(named.tag))
    elif rule.arguments:
        assert rule.arguments == {"bulk_edit_id"}, f"say what {rule.rule} is to be asked with"
        yield rule.rule.replace("<int:bulk_edit_id>", "1")
    elif rule.rule not in (ENDLESS, DIFFERENT_EACH_TIME):
        yield rule.rule
