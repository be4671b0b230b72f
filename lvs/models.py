"""The things the library is made of, as plain frozen records. No I/O.

Paths are `str` from `os.fsdecode`, so a name that is not valid UTF-8 survives.
`lvs.paths` turns them into URLs and words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LONGEST_S = 7 * 24 * 3600  # the highest duration or position that a request may name

# How a frame maps to the sphere; the last five are fisheye lenses.
PROJECTIONS = (
    "flat",
    "180",
    "360",
    "eac",
    "fisheye",
    "fisheye190",
    "mkx200",
    "mkx220",
    "rf52",
    "vrca220",
)
# Where the eyes are: side by side, one over the other; `rl` and `bt` have the right one first.
STEREOS = ("mono", "sbs", "tb", "rl", "bt")


@dataclass(frozen=True, slots=True)
class Root:
    """One configured video folder. `offline_since` (ms) is set while it cannot be reached.

    `seems_empty` is true for an offline folder that can be read but has no entries, `is_refused`
    for one that permissions forbid to read.
    """

    id: int
    name: str
    path: str
    offline_since: int | None = None
    seems_empty: bool = False
    is_refused: bool = False


@dataclass(frozen=True, slots=True)
class FileStat:
    """A video file as a directory listing shows it: path relative to its root, bytes, ns."""

    path: str
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A new or changed file with the fingerprint of its content (16 hex digits)."""

    path: str
    size: int
    mtime_ns: int
    fingerprint: str


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file as the store knows it."""

    id: int
    root_id: int
    path: str
    size: int
    mtime_ns: int
    fingerprint: str
    item_id: int
    missing_since: int | None


@dataclass(frozen=True, slots=True)
class CardFile:
    """The file that stands for an item; `missing_since` (ms) is set while it is not there."""

    root_id: int
    path: str
    size: int
    missing_since: int | None


@dataclass(frozen=True, slots=True)
class CardThumbnail:
    """`key` names the derived files, `preview` is a tiny image as a data URL; None while there
    are none."""

    key: str | None
    preview: str | None


@dataclass(frozen=True, slots=True)
class CardProbe:
    """What was read in the file of any kind: `error` is why it could not be read, `recorded_at` is
    ISO 8601."""

    error: str | None
    container: str | None
    recorded_at: str | None


@dataclass(frozen=True, slots=True)
class Card:
    """What a card of the gallery shows to everybody. `Marks` is what it shows to one viewer."""

    id: int
    kind: str
    media_hash: str
    version: int
    title: str
    added_at: int
    duration_s: float | None
    views: int
    file: CardFile
    probed: CardProbe
    thumbnail: CardThumbnail
    facts: Mapping[str, Any]  # by the columns of its kind


@dataclass(frozen=True, slots=True)
class Marks:
    """A viewer's own data of an item: `rating` is 1 to 5, None without one; `position_s` is where
    playback stopped, `watched` whether it was ever played to its end, or marked so; `is_played`
    whether any of it was played."""

    rating: int | None
    favorite: bool
    position_s: float
    watched: bool
    is_played: bool = False


NO_MARKS = Marks(None, False, 0.0, False)


@dataclass(frozen=True, slots=True)
class RatingSummary:
    """A video's stars: `average` of all (0.0 without any), how many, and the viewer's own."""

    average: float
    count: int
    own: int | None


@dataclass(frozen=True, slots=True)
class FavoriteState:
    """Whether a video is the viewer's favorite, and of how many people it is."""

    favorite: bool
    count: int


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag and how many videos have it."""

    id: int
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A saved list with its name. `query` is the gallery's arguments, as in its address; one
    that is `pinned` has a row on the home."""

    id: int
    name: str
    query: str
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class Bulk:
    """A bulk change: its kind, its value, and the number of videos for which it can be undone."""

    id: int
    kind: str
    value: str
    count: int


@dataclass(frozen=True, slots=True)
class LayoutChoice:
    """The detected layout of a video and the one that the user set. None where there is none."""

    found_projection: str
    found_stereo: str
    projection_override: str | None
    stereo_override: str | None

    @property
    def projection(self) -> str:
        return self.projection_override or self.found_projection

    @property
    def stereo(self) -> str:
        return self.stereo_override or self.found_stereo


@dataclass(frozen=True, slots=True)
class ItemDetails:
    """All that the page of an item shows: the card and the rest of the probe."""

    card: Card
    fingerprint: str
    bit_rate: int | None
    files: tuple[KnownFile, ...]


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that holds videos, itself or further down. `path` is relative to the root."""

    id: int
    root_id: int
    parent_id: int | None
    path: str
    name: str
    item_count: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that is still being copied: its path, the bytes so far, first seen (ms)."""

    root_id: int
    path: str
    size: int
    since: int
