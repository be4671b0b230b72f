"""What addresses of pages name: files, to the byte, and lists, in the order last selected."""

from __future__ import annotations

from quart import request

from lvs import paths
from lvs.http.preferences import current_preferences
from lvs.listing.builtin import ARGUMENTS, BY_QUERY
from lvs.listing.query import DIRECTIONS, GalleryQuery, parse_query
from lvs.store.sort_orders import SORT_ORDERS


def requested_filename(prefix: str) -> str:
    """What follows `prefix` in the path, as the file system spells it.

    The server decodes paths as UTF-8 and so loses other bytes; the raw path has them all.
    """
    raw = bytes(request.scope["raw_path"]).partition(b"?")[0]
    return paths.from_url(raw[len(prefix) :])


def list_arguments(path: str, given: dict[str, str]) -> dict[str, str]:
    """The arguments of a list at an address: those given win over those of the path; without an
    order, it is the one that was last selected for the list."""
    arguments = ARGUMENTS[path] | given
    if {"sort", "direction", "after"} & arguments.keys():
        return arguments
    key = sort_key_of_list(parse_query(arguments))
    order, _, direction = current_preferences().sort_of(key).partition("-")
    if order not in SORT_ORDERS or direction not in ("", *DIRECTIONS):
        return arguments
    return arguments | {"sort": order} | ({"direction": direction} if direction else {})


def sort_key_of_list(query: GalleryQuery) -> str:
    """By what name the order of a list is remembered: all folders have one, and so have searches
    and tags. Empty for lists that are not remembered."""
    plain = query.with_(sort="", direction="", seed=0, after="")
    if plain in BY_QUERY:
        return BY_QUERY[plain].url
    return "search" if plain.q else "folder" if plain.folder else "tag" if plain.tags else ""
