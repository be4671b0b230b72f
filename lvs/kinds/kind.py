"""What a kind of media declares. Free of libav and of the store: every level reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Facts = Mapping[str, Any]  # the values of an item's facts by column


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a kind's facts table, as `Kind.table` has it.

    `default` is its value before the probe. `is_flag` is stored as 0 or 1, `is_list` as JSON. What
    `is_searched` is found by its words. What is not `is_probed` is set by people, or derived from
    other columns; the next probe gets what `is_input`. `didl` is the element that DLNA has for it,
    `res` the attribute of a resource.
    """

    name: str
    default: Any = None
    is_flag: bool = False
    is_list: bool = False
    is_searched: bool = False
    is_probed: bool = True
    is_input: bool = False
    didl: str = ""
    res: str = ""


@dataclass(frozen=True, slots=True)
class CardExtras:
    """What a kind adds to a card: badges on its thumbnail, texts of the line below the title, and
    the shape of the thumbnail: wide, tall or square."""

    badges: tuple[str, ...] = ()
    line: tuple[str, ...] = ()
    shape: str = "wide"


@dataclass(frozen=True, slots=True)
class BrowserSupport:
    """What browsers play of a kind: a codec among `codecs` in the column `codec` of the facts, in a
    container among `containers`; any, where that is empty."""

    codec: str
    codecs: frozenset[str]
    containers: frozenset[str] = frozenset()

    def can_play(self, container: str | None, facts: Facts) -> bool:
        is_container = not self.containers or container in self.containers
        return is_container and facts[self.codec] in self.codecs


@dataclass(frozen=True, slots=True)
class Words:
    """How a kind is named in sentences: `one` and `several` of it, a `file` with its article, and
    the word for one that was played to its end."""

    one: str
    several: str
    file: str
    seen: str


@dataclass(frozen=True, slots=True)
class KindList:
    """The list of all items of a kind, at the address `url`. `empty` is its heading while there are
    none, `shape` that of its thumbnails: wide or square. Kinds are in the order of `place`.
    `icon` is one of `static/icons.svg`."""

    name: str
    url: str
    empty: str
    place: int
    shape: str = "wide"
    icon: str = "list"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of media, such as video.

    `id` is the value of `item.kind`, of `kind:` in a search and of `kind` in the API. `mime_types`
    are by extension, in lower case, with the dot. `upnp_class` is the class of DLNA
    (ContentDirectory:1, appendix C). `facts` are the columns of the facts table, beside `item_id`;
    a fact named `title` takes the place of a title from the file name. `card_extras` is what a card
    shows of the facts. `filters` are those of `lvs.store.filters` that only this kind can meet.
    `browsers` says what a browser plays, all of it without.

    Beside the declaration, the folder has `probe.py` (see `lvs.media.processing`), `page.py` (see
    `lvs.kinds.page`), and the templates `player.html` and `controls.html` of the item's page.
    """

    id: str
    words: Words
    list: KindList
    mime_types: Mapping[str, str]
    upnp_class: str
    facts: tuple[Column, ...]
    card_extras: Callable[[Facts], CardExtras]
    filters: tuple[str, ...] = ()
    browsers: BrowserSupport | None = None

    @property
    def table(self) -> str:
        return f"{self.id}_facts"

    @property
    def has_words(self) -> bool:
        """Whether its facts have the title, or texts that a search finds."""
        return any(column.is_searched or column.name == "title" for column in self.facts)
