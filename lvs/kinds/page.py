"""What a kind adds to the page of an item."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PagePart:
    """What `page.part(details)` of a kind returns: what the page says beside what all kinds have.

    `trouble` is what browsers can't play of the file, empty for nothing; without `can_play` there
    is no player. `mime_type` is for the player's source. `resumes` says that a position is worth
    keeping. `scripts` are of `static/js/`, `keys` are shortcuts of the player as (keys, text).
    `lines` are under the title, `facts` are (name, value), `data` are `data-` attributes for
    scripts. `player` and `controls` are for the templates of the same name.
    """

    mime_type: str
    facts: tuple[tuple[str, str], ...]
    trouble: str = ""
    can_play: bool = True
    resumes: bool = True
    scripts: tuple[str, ...] = ()
    keys: tuple[tuple[tuple[str, ...], str], ...] = ()
    lines: tuple[str, ...] = ()
    data: tuple[tuple[str, str], ...] = ()
    player: object = None
    controls: object = None
