"""Who asks: the one place where a request gets its viewer."""

from __future__ import annotations

from typing import cast

from quart import Request, g

from lvs.viewer import HOUSEHOLD, Viewer

EXTENSION = "lvs.identify"  # of an app: the function that finds the viewer of a request


def identify(_: Request) -> Viewer:
    """Everybody is the household. With accounts this is the person who is signed in."""
    return HOUSEHOLD


def current_viewer() -> Viewer:
    """The viewer of the request that is handled."""
    return cast(Viewer, g.viewer)
