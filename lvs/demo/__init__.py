"""The demo: a small library of drawn videos, with the traces of a viewer in it."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from lvs.errors import StartError


def make_library(home: Path, progress: Callable[[int, int], None]) -> int:
    """Make the videos that are not in `home` yet; returns how many.

    Raises StartError when a package that draws them is missing.
    """
    missing = [name for name in ("numpy", "PIL") if find_spec(name) is None]
    if missing:
        raise StartError(
            "The demo draws its videos with numpy and Pillow, which are not installed."
            " Install them with: python -m pip install -r requirements-demo.txt"
        )
    from lvs.demo.library import make  # noqa: PLC0415 - needs the packages asked for above

    return make(home, progress)
