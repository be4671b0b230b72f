"""HereSphere's JSON, version 1: index, scan, details, and what its user writes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, Field, StrictBool

from lvs import formatting, urls
from lvs.headsets.catalogue import CatalogueList
from lvs.headsets.login import Access
from lvs.headsets.players import Player
from lvs.models import LONGEST_S, NO_MARKS, Card, ItemDetails, Marks
from lvs.store import Transaction, curation, tags
from lvs.viewer import Viewer

PLAYER = Player(
    name="HereSphere",
    path="/heresphere",
    steps="Open its web browser and enter the address",
    gives="All lists. Ratings, favorites and tags sync both ways; views and positions are saved.",
    saves=True,
)
OUR_TAGS = "Tag:"
_FOLDERS = "Folder:"
_PROJECTIONS = {
    "flat": "perspective",
    "180": "equirectangular",
    "360": "equirectangular360",
    "eac": "equiangularCubemap",
}
_LENSES = {"mkx200": "MKX200", "mkx220": "MKX220", "vrca220": "VRCA220"}
_FIELDS_OF_VIEW = {
    "360": 360.0,
    "eac": 360.0,
    "mkx200": 200.0,
    "mkx220": 220.0,
    "vrca220": 220.0,
    "rf52": 190.0,
    "fisheye190": 190.0,
}
OPENED, PLAYED, PAUSED, CLOSED = range(4)


class TagIn(BaseModel):
    """A tag of the whole video, or with `start` a mark in it (ms)."""

    name: Annotated[str, Field(max_length=200)]
    start: Annotated[float, Field(allow_inf_nan=False)] | None = None


class HereSphereRequest(BaseModel):
    """What a player sends with a request; what is absent stays as it is."""

    username: str = ""
    password: str = ""
    needsMediaSource: bool = True  # noqa: N815 - HereSphere's names
    rating: Annotated[float, Field(ge=0, le=5, allow_inf_nan=False)] | None = None
    isFavorite: StrictBool | None = None  # noqa: N815
    tags: Annotated[list[TagIn], Field(max_length=500)] | None = None
    deleteFile: Any = None  # noqa: N815

    @property
    def writes(self) -> bool:
        return not (self.rating is None and self.isFavorite is None and self.tags is None)


class PlayerEvent(BaseModel):
    """`time` is where the video stands, in ms."""

    event: Annotated[int, Field(ge=OPENED, le=CLOSED)]
    time: Annotated[float, Field(ge=0, le=LONGEST_S * 1000, allow_inf_nan=False)] = 0.0
    connectionKey: Annotated[str, Field(max_length=200)] = ""  # noqa: N815


def index(catalogue_lists: Sequence[CatalogueList], base: str, access: Access) -> dict[str, Any]:
    """The lists, of addresses; none without access."""
    shown = catalogue_lists if access is Access.MEMBER else ()
    return {
        "access": access.value,
        "banner": {"image": f"{base}/static/placeholder.jpg", "link": f"{base}/"},
        "library": [
            {
                "name": catalogue_list.name,
                "list": [_link(base, card) for card in catalogue_list.cards],
            }
            for catalogue_list in shown
        ],
    }


def scan(
    catalogue_lists: Sequence[CatalogueList], given: dict[int, list[str]], base: str, access: Access
) -> dict[str, Any]:
    """What the app sorts by, of every video of the index. `given` are tags by video."""
    cards = {card.id: card for catalogue_list in catalogue_lists for card in catalogue_list.cards}
    own = {id_: marks for one in catalogue_lists for id_, marks in one.marks.items()}
    shown = cards.values() if access is Access.MEMBER else ()
    return {
        "access": access.value,
        "scanData": [
            {
                "link": _link(base, card),
                "title": card.title,
                **_sortable(card, own.get(card.id, NO_MARKS)),
                "tags": [{"name": OUR_TAGS + name} for name in given.get(card.id, [])],
            }
            for card in shown
        ],
    }


def _link(base: str, card: Card) -> str:
    return f"{base}/heresphere/{card.media_hash}"


def _sortable(card: Card, marks: Marks) -> dict[str, Any]:
    added = formatting.local_date(card.added_at).isoformat()
    return {
        "dateReleased": added,
        "dateAdded": added,
        "duration": (card.duration_s or 0) * 1000,
        "rating": marks.rating or 0,
        "favorites": int(marks.favorite),
        "comments": 0,
        "isFavorite": marks.favorite,
    }


def video(
    details: ItemDetails,
    marks: Marks,
    given: Sequence[str],
    base: str,
    *,
    key: str,
    media: bool,
    deletes: bool,
) -> dict[str, Any]:
    """One video, for a member, whose `key` lets events in; `media` where the player asks for its
    addresses."""
    card = details.card
    folder, sortable = card.file.path.rpartition("/")[0], _sortable(card, marks)
    found = {
        "access": Access.MEMBER.value,
        "title": card.title,
        "description": folder,
        "thumbnailImage": urls.thumbnail(base, card),
        **sortable,
        "dateReleased": (details.card.probed.recorded_at or "")[:10] or sortable["dateAdded"],
        "projection": _PROJECTIONS.get(card.facts["effective_projection"], "fisheye"),
        "stereo": formatting.stereo(card.facts["effective_stereo"]),
        "isEyeSwapped": card.facts["effective_stereo"] in ("rl", "bt"),
        "fov": _FIELDS_OF_VIEW.get(card.facts["effective_projection"], 180.0),
        "lens": _LENSES.get(card.facts["effective_projection"], "Linear"),
        "cameraIPD": 6.5,
        "eventServer": f"{_link(base, card)}/events" + (f"?key={key}" if key else ""),
        "subtitles": [],
        "scripts": [],
        "tags": [
            *({"name": OUR_TAGS + name} for name in given),
            *([{"name": _FOLDERS + folder}] if folder else []),
        ],
        "writeFavorite": True,
        "writeRating": True,
        "writeTags": True,
        "writeHSP": False,
        "writeDelete": deletes,
    }
    return found | ({"media": [_media(details, base)]} if media else {})


def _media(details: ItemDetails, base: str) -> dict[str, Any]:
    card = details.card
    source = {
        "resolution": card.facts["height"] or 0,
        "height": card.facts["height"] or 0,
        "width": card.facts["width"] or 0,
        "size": card.file.size,
        "url": urls.stream(base, card),
    }
    return {"name": details.card.facts["video_codec"] or "video", "sources": [source]}


def write(tx: Transaction, viewer: Viewer, item_id: int, visit: HereSphereRequest) -> None:
    """What its user changed, as a click on a page would. The same again changes nothing.

    Raises InvalidInputError for tags that cannot be; nothing is then changed.
    """
    if visit.tags is not None:
        tags.set_all(tx, item_id, _tag_names(visit.tags))
    if visit.rating is not None:
        curation.rate(tx, viewer, item_id, int(visit.rating + 0.5) or None)
    if visit.isFavorite is not None:
        curation.set_favorite(tx, viewer, item_id, visit.isFavorite)


def _tag_names(given: Sequence[TagIn]) -> list[str]:
    """Those of the whole video: ours, and what its user typed."""
    return [
        tag.name.removeprefix(OUR_TAGS)
        for tag in given
        if not tag.start and not tag.name.startswith(_FOLDERS)
    ]
