"""A new kind of media is a folder and a migration: lists, search, live pages and the API follow."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.html import element
from tests.helpers.servers import HOME, Process, ask, eventually, open_stream

DECLARATION = """
from lvs.kinds.kind import CardExtras, Column, Facts, Kind, KindList, Words

def _card_extras(facts: Facts) -> CardExtras:
    return CardExtras((f"{facts['words']} words",) if facts["words"] else ())

KIND = Kind(
    id="note",
    words=Words("note", "notes", "a note", "read"),
    list=KindList("Notes", "/notes", "No notes yet", place=3),
    mime_types={".note": "text/plain"},
    upnp_class="object.item.textItem",
    facts=(Column("title"), Column("author", is_searched=True), Column("words")),
    card_extras=_card_extras,
)
"""
PROBE = """
from pathlib import Path
import av
from lvs.media import thumbnails

def probe(path, found):
    title, author, *text = Path(path).read_text().splitlines()
    words = len(" ".join(text).split())
    found.add({"container": "text", "title": title, "author": author, "words": words})
    frame = av.VideoFrame(320, 180, "rgb24")
    found.rendered = thumbnails.render(frame, (320, 180))
"""
PAGE = """
from lvs.kinds.page import PagePart

def part(details):
    return PagePart("text/plain", (("Author", details.card.facts["author"] or ""),))
"""
MIGRATION = """
create table note_facts (
    item_id integer primary key references item (id) on delete cascade,
    title   text,
    author  text,
    words   integer
);
"""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A copy of the program with a folder and a migration more."""
    home = tmp_path / "program"
    shutil.copytree(HOME / "lvs", home / "lvs", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("templates", "static"):
        (home / name).symlink_to(HOME / name)
    folder = home / "lvs" / "kinds" / "note"
    folder.mkdir()
    (folder / "__init__.py").write_text(DECLARATION)
    (folder / "probe.py").write_text(PROBE)
    (folder / "page.py").write_text(PAGE)
    (folder / "player.html").write_text('<p><a href="{{ stage.play.media_url }}">Read</a></p>')
    (folder / "controls.html").write_text("")
    (home / "lvs" / "store" / "migrations" / "9000_note.sql").write_text(MIGRATION)
    return home


@pytest.fixture
def server(program: Path, tmp_path: Path) -> Iterator[Process]:
    library, data = tmp_path / "library", tmp_path / "data"
    library.mkdir()
    with Process(library, data, {"PYTHONPATH": str(program)}) as running:
        yield running


async def test_a_folder_and_a_migration_add_a_kind(server: Process) -> None:
    stream = await open_stream(server.port, "/events?kind=note&since=0")
    (server.videos / "sea.note").write_text("About the sea\nAda Fjord\nIt is wide and blue")

    card = await stream.until(lambda message: "5 words" in message.data)  # after its probe
    assert "About the sea" in card.data
    assert "/thumbnails/" in card.data

    (item,) = json.loads(server.get("/api/items?kind=note").body)["items"]
    assert item["facts"] == {"title": "About the sea", "author": "Ada Fjord", "words": 5}
    assert json.loads(server.get("/api/videos").body)["total"] == 0

    for address in ("/notes", "/all?q=fjord", "/all?q=kind:note", "/search?q=sea"):
        assert "About the sea" in server.get(address).text, address
    assert "About the sea" not in server.get("/all").text
    link = element(server.get("/all").text, "a", id="place-note")
    assert link.text.split() == ["Notes", "1"]

    page = server.get(item["page_url"])
    assert page.status == 200
    assert "Ada Fjord" in page.text
    answer = server.get(item["media_url"])
    assert answer.headers["content-type"] == "text/plain"
    stream.close()


async def test_a_kind_is_curated_and_leaves_as_all_items_do(server: Process) -> None:
    path = server.videos / "sea.note"
    path.write_text("About the sea\nAda Fjord\nblue")

    def probed() -> list[str]:
        items = json.loads(server.get("/api/items").body)["items"]
        return [item["media_hash"] for item in items if item["facts"]["words"]]

    (media_hash,) = await eventually(probed)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = ask(server.port, f"/videos/{media_hash}/favorite", "POST", form, "favorite=1")
    assert answer.status == 303
    assert "About the sea" in server.get("/favorites").text
    path.unlink()
    await eventually(lambda: json.loads(server.get("/api/items").body)["total"] == 0)
