"""Entries of a media server's tree as DIDL-Lite (ContentDirectory:1, DLNA guidelines)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree import ElementTree as ET

from lvs import formatting, kinds, urls
from lvs.dlna.content_directory import Container, Entry, Item
from lvs.models import ItemDetails
from lvs.urls import thumbnail_url

# Seekable by bytes (OP=01), not converted (CI=0), streamed in the background.
FEATURES = "DLNA.ORG_OP=01;DLNA.ORG_CI=0;DLNA.ORG_FLAGS=01700000000000000000000000000000"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ROOT = {
    "xmlns": "urn:schemas-upnp-org:metadata-1-0/DIDL-Lite/",
    "xmlns:dc": "http://purl.org/dc/elements/1.1/",
    "xmlns:upnp": "urn:schemas-upnp-org:metadata-1-0/upnp/",
    "xmlns:dlna": "urn:schemas-dlna-org:metadata-1-0/",
}


def document(entries: Iterable[Entry], base: str) -> str:
    """The XML of some entries; `base` is the address of this server."""
    root = ET.Element("DIDL-Lite", _ROOT)
    for entry in entries:
        if isinstance(entry, Container):
            _add_container(root, entry)
        else:
            _add_item(root, entry, base)
    return ET.tostring(root, encoding="unicode")


def protocol_info(path: str) -> str:
    return _protocol_info(kinds.mime_type(path))


def protocol_infos() -> list[str]:
    """Of every type of file that there may be."""
    return [_protocol_info(mime_type) for mime_type in sorted(set(kinds.MIME_TYPES.values()))]


def _protocol_info(mime_type: str) -> str:
    return f"http-get:*:{mime_type}:{FEATURES}"


def _add_container(root: ET.Element, container: Container) -> None:
    element = _entry(root, "container", container.id, container.parent, container.title)
    if container.count:
        element.set("childCount", str(container.count))
    ET.SubElement(element, "upnp:class").text = "object.container.storageFolder"


def _add_item(root: ET.Element, item: Item, base: str) -> None:
    card = item.details.card
    element = _entry(root, "item", item.id, item.parent, card.title)
    kind = kinds.KINDS[card.kind]
    ET.SubElement(element, "upnp:class").text = kind.upnp_class
    for column in kind.facts:
        if column.didl and card.facts[column.name]:
            ET.SubElement(element, column.didl).text = _clean(str(card.facts[column.name]))
    ET.SubElement(element, "dc:date").text = formatting.local_date(card.added_at).isoformat()
    image = ET.SubElement(element, "upnp:albumArtURI", {"dlna:profileID": "JPEG_TN"})
    image.text = base + thumbnail_url(card, 320, "jpg")
    resource = ET.SubElement(element, "res", _resource(item.details))
    resource.text = urls.stream(base, card)


def _resource(details: ItemDetails) -> dict[str, str]:
    card = details.card
    found = {"protocolInfo": protocol_info(card.file.path), "size": str(card.file.size)}
    if card.duration_s:
        minutes, seconds = divmod(card.duration_s, 60)
        hours, minutes = divmod(int(minutes), 60)
        found["duration"] = f"{hours}:{minutes:02}:{seconds:06.3f}"
    if card.facts.get("width") and card.facts.get("height"):
        found["resolution"] = f"{card.facts['width']}x{card.facts['height']}"
    for column in kinds.KINDS[card.kind].facts:
        if column.res and card.facts[column.name]:
            found[column.res] = str(card.facts[column.name])
    if details.bit_rate:
        found["bitrate"] = str(details.bit_rate // 8)
    return found


def _entry(root: ET.Element, kind: str, own: str, parent: str, title: str) -> ET.Element:
    names = {"id": _clean(own), "parentID": _clean(parent), "restricted": "1"}
    element = ET.SubElement(root, kind, names)
    ET.SubElement(element, "dc:title").text = _clean(title)
    return element


def _clean(text: str) -> str:
    """Without what XML 1.0 cannot hold."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
