"""What a kind of media declares. Free of libav and of the store: every level reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Facts = Mapping[str, Any]  # the values of an item's facts by column


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a kind's facts table, as `Kind.table` has it.

    `is_flag` is stored as 0 or 1, `is_list` as JSON. What `is_searched` is found by its words.
    `is_input` is set by people and handed to the next probe, which does not write it.
    """

    name: str
    is_flag: bool = False
    is_list: bool = False
    is_searched: bool = False
    is_input: bool = False


@dataclass(frozen=True, slots=True)
class CardExtras:
    """What a kind adds to a card: badges, and the shape of its thumbnail: wide, tall or square."""

    badges: tuple[str, ...] = ()
    shape: str = "wide"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of media, such as video.

    `id` is the value of `item.kind`, of `kind:` in a search and of `kind` in the API. `name` and
    `plural` are one and several of it in a sentence. `list_name` is the list of all of them, at the
    address `list_url`; `empty` is a heading and a text for while there are none. Kinds are listed
    in the order of `place`.

    `mime_types` are by extension, in lower case, with the dot. `upnp_class` is the class of DLNA
    (ContentDirectory:1, appendix C). `facts` are the columns of the facts table, beside `item_id`;
    a fact named `title` takes the place of a title from the file name. `card_extras` is what a card
    shows of the facts.

    Beside the declaration, the folder has `probe.py` (see `lvs.media.processing`), `page.py` (see
    `lvs.contexts.watch`), and the templates `player.html` and `controls.html` of the item's page.
    """

    id: str
    name: str
    plural: str
    list_name: str
    list_url: str
    empty: tuple[str, str]
    place: int
    mime_types: Mapping[str, str]
    upnp_class: str
    facts: tuple[Column, ...]
    card_extras: Callable[[Facts], CardExtras]

    @property
    def table(self) -> str:
        return f"{self.id}_facts"
