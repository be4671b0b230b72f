"""The kinds of media: each a folder here, whose `KIND` declares it. Found by scanning."""

from __future__ import annotations

import importlib
import os
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lvs.kinds.kind import Kind


def _declared() -> Iterator[Kind]:
    for found in pkgutil.iter_modules(__path__):
        if found.ispkg:
            yield importlib.import_module(f"{__name__}.{found.name}").KIND


KINDS = {kind.id: kind for kind in sorted(_declared(), key=lambda kind: (kind.list.place, kind.id))}
# What `/all` lists, and what is meant where no kind is named.
MAIN = next(kind for kind in KINDS.values() if kind.list.url == "/all")
FOLDER = Path(__file__).parent  # has the templates of each kind, too
ALL = "all"  # what a list says that has items of every kind
MIME_TYPES = {
    extension: mime_type
    for kind in KINDS.values()
    for extension, mime_type in kind.mime_types.items()
}
_BY_EXTENSION = {extension: kind for kind in KINDS.values() for extension in kind.mime_types}


def kind_of(name: str) -> Kind | None:
    """The kind of a file by its name; None for one that the library does not ingest.

    Hidden files are of no kind. Partial downloads (`.part`, `.crdownload`, `.tmp`) end differently.
    """
    if name.rpartition("/")[2].startswith("."):
        return None
    return _BY_EXTENSION.get(os.path.splitext(name)[1].lower())


def is_media_name(name: str) -> bool:
    return kind_of(name) is not None


def mime_type(path: str) -> str:
    return MIME_TYPES.get(os.path.splitext(path)[1].lower(), "application/octet-stream")


def module(kind_id: str, name: str) -> Any:
    """A module of a kind's folder, such as its `probe`. It may import what this one may not."""
    return importlib.import_module(f"{__name__}.{KINDS[kind_id].id}.{name}")
