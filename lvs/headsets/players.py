"""Players on headsets: the `PLAYER` of each module here, found by scanning."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass

from lvs import headsets


@dataclass(frozen=True, slots=True)
class Player:
    """A row of `/headset`: what to do in a player to get the catalogue at `path`, and what it has.

    `saves` is whether it sends ratings back.
    """

    name: str
    path: str
    steps: str
    gives: str
    saves: bool = False


def players() -> list[Player]:
    """Those that send ratings back first, then by name."""
    return sorted(_declared(), key=lambda player: (not player.saves, player.name))


def _declared() -> Iterator[Player]:
    for found in pkgutil.iter_modules(headsets.__path__, f"{headsets.__name__}."):
        player = getattr(importlib.import_module(found.name), "PLAYER", None)
        if player is not None:
            yield player
