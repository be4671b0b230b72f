"""What a kind adds to the page of an item."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trouble:
    """What browsers can't play of a file, in `words`. Without `can_play` there is no player;
    `plays_anyway` says that playback would prove the words wrong."""

    words: str
    can_play: bool = True
    plays_anyway: bool = False


NO_TROUBLE = Trouble("")


@dataclass(frozen=True, slots=True)
class PagePart:
    """What `page.part(details)` of a kind returns: what the page says beside what all kinds have.

    `mime_type` is for the player's source. `resumes` says that a position is worth keeping.
    `scripts` are of `static/js/`, `keys` are shortcuts of the player as (keys, text). `lines` are
    under the title, `summary` is one line of facts, `facts` are (name, value), `data` are `data-`
    attributes for scripts. `player` and `controls` are for the templates of the same name;
    `controls_first` puts the controls beside the other actions, instead of into the menu.
    """

    mime_type: str
    facts: tuple[tuple[str, str], ...]
    trouble: Trouble = NO_TROUBLE
    resumes: bool = True
    scripts: tuple[str, ...] = ()
    keys: tuple[tuple[tuple[str, ...], str], ...] = ()
    lines: tuple[str, ...] = ()
    summary: tuple[str, ...] = ()
    data: tuple[tuple[str, str], ...] = ()
    player: object = None
    controls: object = None
    controls_first: bool = False
