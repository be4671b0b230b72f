"""Odd file names list, link, play and rename."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest

from lvs import paths
from tests.helpers.clips import Cast
from tests.helpers.html import elements, links
from tests.helpers.libraries import library
from tests.helpers.servers import LocalServer

NAMES = {
    "spaces": "a b  c.mp4",
    "url characters": "100% #1? a&b+c=d;e.mp4",
    "quotes": 'it\'s "so" `good` <b>.mp4',
    "emoji": "party 🎉👩‍👩‍👧.mp4",
    "composed": unicodedata.normalize("NFC", "Café Müller.mp4"),
    "decomposed": unicodedata.normalize("NFD", "Café Müller.mp4"),
    "right to left": "סרט של משפחה.mp4",
    "not utf-8": os.fsdecode(b"caf\xe9 \xff\xfe.mp4"),
    "line break": "two\nlines.mp4",
    "backslash": "back\\slash.mp4",
    "percent that looks encoded": "a%20b%2Fc.mp4",
    "leading dash and dots": "-..mp4",
    "a folder, too": "an #odd? folder/sub %41/film.mp4",
}


@pytest.mark.parametrize("kind", NAMES)
async def test_an_odd_name_lists_links_plays_and_renames(
    server: LocalServer, videos: Path, cast: Cast, kind: str
) -> None:
    name = NAMES[kind]
    source = cast.copy("beach.mp4", videos / name)
    before = await library(server.services)
    assert list(before) == [name]

    gallery = (await server.get("/all")).text
    link = links(gallery, class_="card-link")[0]
    watch = await server.get(link)
    assert watch.status == 200
    source_url = elements(watch.text, "source")[0]["src"]
    played = await server.get(source_url)
    assert (played.status, played.body) == (200, source.read_bytes())

    folder = name.rpartition("/")[0]
    if folder:
        inside = await server.get(f"/all?folder={paths.to_url(folder)}")
        assert (inside.status, inside.text.count('class="card"')) == (200, 1)

    renamed = source.with_name("plain.mp4")
    source.rename(renamed)
    after = await library(server.services)
    card = next(iter(after.values()))
    assert card.media_hash == before[name].media_hash
    link_now = "/watch/" + paths.to_url(card.file.path)
    assert (await server.get(link_now)).status == 200


async def test_two_spellings_of_one_name_are_two_files(
    server: LocalServer, videos: Path, cast: Cast
) -> None:
    cast.unique(videos / NAMES["composed"])
    cast.unique(videos / NAMES["decomposed"])
    if len(list(videos.iterdir())) == 2:  # macOS keeps one
        assert len(await library(server.services)) == 2
