"""Every route of the app: the `ROUTES` of each module that answers requests, found by scanning."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

from lvs import api, partials, views
from lvs.http.routes import Route


def _declared() -> Iterator[Route]:
    for folder in (views, partials, api):
        for found in pkgutil.iter_modules(folder.__path__, f"{folder.__name__}."):
            yield from getattr(importlib.import_module(found.name), "ROUTES", ())


ROUTES: tuple[Route, ...] = tuple(_declared())
