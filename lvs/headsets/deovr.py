"""DeoVR's JSON: the library and single videos (its public schema, "DeoVR JSON")."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lvs import formatting, urls
from lvs.headsets.catalogue import AT_MOST, CatalogueList
from lvs.headsets.login import Access
from lvs.headsets.players import Player
from lvs.models import Card, ItemDetails

PLAYER = Player(
    name="DeoVR",
    path="/deovr",
    steps="Open its web browser and enter the address",
    gives="All lists. Read-only: make changes in the browser.",
)
_NEWEST_AT_MOST = 500
_SCREENS = {"180": "dome", "360": "sphere", "eac": "sphere"}  # the others have the same name
_ENCODINGS = {"hevc": "h265"}


def library(catalogue_lists: Sequence[CatalogueList], base: str, access: Access) -> dict[str, Any]:
    """The scenes; none without access."""
    shown = catalogue_lists if access is Access.MEMBER else ()
    return {
        "authorized": str(access.value),
        "scenes": [
            {
                "name": catalogue_list.name,
                "list": [
                    _item(card, base)
                    for card in catalogue_list.cards[: AT_MOST if place else _NEWEST_AT_MOST]
                ],
            }
            for place, catalogue_list in enumerate(shown)
        ],
    }


def _item(card: Card, base: str) -> dict[str, Any]:
    return {
        "title": card.title,
        "videoLength": round(card.duration_s or 0),
        "thumbnailUrl": urls.thumbnail(base, card),
        "video_url": f"{base}/deovr/{card.media_hash}",
    }


def video(details: ItemDetails, base: str, access: Access) -> dict[str, Any]:
    """One video; without access only what it is called."""
    card = details.card
    stereo = formatting.stereo(card.facts["effective_stereo"])
    projection = card.facts["effective_projection"]
    found: dict[str, Any] = {
        "id": card.id,
        "title": card.title,
        "authorized": str(access.value),
        "fullAccess": access is Access.MEMBER,
    }
    if access is not Access.MEMBER:
        return found
    codec = card.facts["video_codec"] or "h264"
    source = {
        "resolution": card.facts["height"] or 0,
        "width": card.facts["width"] or 0,
        "height": card.facts["height"] or 0,
        "url": urls.stream(base, card),
    }
    return found | {
        "is3d": stereo != "mono",
        "screenType": _SCREENS.get(projection, projection),
        "stereoMode": "off" if stereo == "mono" else stereo,
        "videoLength": round(card.duration_s or 0),
        "thumbnailUrl": urls.thumbnail(base, card),
        "timeStamps": [],
        "encodings": [{"name": _ENCODINGS.get(codec, codec), "videoSources": [source]}],
    }
