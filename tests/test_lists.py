"""Lists: their order, their names, where one is, and what an empty one offers."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import pytest

from lvs.listing.query import GalleryQuery, parse_query
from lvs.store import saved_searches, tags
from lvs.viewer import HOUSEHOLD
from tests.helpers.clips import Cast
from tests.helpers.html import card_ids, element, elements, links
from tests.helpers.libraries import library, touched
from tests.helpers.servers import LocalServer, eventually

pytestmark = pytest.mark.engines("sqlite", "postgres")

EPISODES = [f"S01E{number:02}" for number in (1, 2, 3, 8, 9, 10, 11, 12)]


def titles(html: str) -> list[str]:
    return [title.text for title in elements(html, class_="card-title")]


def steps(html: str) -> list[str]:
    """The names of the files that Previous and Next lead to."""
    found = [*links(html, rel="prev"), *links(html, rel="next")]
    return [Path(unquote(urlsplit(url).path)).stem for url in found]


@pytest.fixture
async def season(server: LocalServer, videos: Path, cast: Cast) -> LocalServer:
    """Eight episodes that were copied within one second, in no order."""
    for name in (*EPISODES[::2], *EPISODES[1::2]):
        path = cast.unique(videos / "Show" / f"{name}.mp4")
        os.utime(path, (1_700_000_000, 1_700_000_000))
    await library(server.services)
    return server


async def test_a_folder_lists_its_episodes_in_order(season: LocalServer) -> None:
    assert titles((await season.get("/all?folder=Show")).text) == EPISODES
    newest = titles((await season.get("/all?folder=Show&sort=newest")).text)
    assert newest == titles((await season.get("/all")).text) != EPISODES


@pytest.mark.parametrize("came_from", ["/all?folder=Show", None])
async def test_next_is_the_next_episode(season: LocalServer, came_from: str | None) -> None:
    referer = {"Referer": f"{season.url}{came_from}"} if came_from else {}
    url = "/watch/Show/S01E01.mp4"
    watched = []
    while url:
        page = (await season.get(url, headers=referer)).text
        watched.append(Path(urlsplit(url).path).stem)
        url = next(iter(links(page, rel="next")), "")
    assert watched == EPISODES
    middle = (await season.get("/watch/Show/S01E02.mp4", headers=referer)).text
    assert steps(middle) == ["S01E01", "S01E03"]


async def test_programs_still_get_the_newest_of_a_folder_first(season: LocalServer) -> None:
    newest = (await season.get("/api/videos?folder=Show&sort=newest")).body
    assert (await season.get("/api/videos?folder=Show")).body == newest
    assert (await season.get("/api/videos?folder=Show&sort=title")).body != newest


def test_an_order_that_is_the_default_is_left_out_of_the_address() -> None:
    assert parse_query({"folder": "a", "sort": "title"}) == GalleryQuery(folder="a")
    assert parse_query({"folder": "a", "sort": "newest"}).url() == "/all?folder=a&sort=newest"
    assert parse_query({"sort": "newest"}).url() == "/all"


def where(html: str) -> tuple[str, str, list[str]]:
    """What a page calls itself in its heading and its title, and the current links."""
    title = element(html, "title").text.removesuffix(" · Local Video Server")
    return element(html, "h1").text, title, links(html, aria_current="page")


@pytest.mark.parametrize(
    ("path", "name", "place"),
    [
        ("/all", "All videos", "/all"),
        ("/continue", "Continue watching", "/continue"),
        ("/favorites", "Favorites", "/favorites"),
        ("/all?favorites=1&sort=title", "Favorites", "/favorites"),
        ("/best-of", "Top rated", "/best-of"),
        ("/popular", "Popular", "/all"),
        ("/tags", "Tags", "/tags"),
        ("/tag/family", "Tag: family", "/tags"),
        ("/all?folder=Show", "Show", "/all?folder=Show"),
        ("/all?q=alpine", "Search", "/all"),
        ("/all?q=alpine&kind=video", "Search", "/all"),
        ("/favorites?q=alpine", "Search", "/favorites"),
        ("/best-of?q=alpine", "Search", "/best-of"),
        ("/all?vr=1", "VR (180°/360°)", "/all"),
        ("/all?min_rating=3", "3 stars or more", "/all"),
        ("/all?vr=1&min_rating=3&stereo=1", "Filtered videos", "/all"),
        ("/all?vr=1&sort=title", "Goggles", "/all?vr=1&sort=title"),
        ("/all?q=is:vr&sort=title", "Goggles", "/all?vr=1&sort=title"),
        ("/folders", "Folders", "/folders"),
        ("/searches", "Saved searches", "/searches"),
        ("/headset", "Watch on a headset", "/headset"),
    ],
)
async def test_a_page_says_where_one_is(
    season: LocalServer, path: str, name: str, place: str
) -> None:
    await season.services.store.write(saved_searches.save, HOUSEHOLD, "Goggles", "vr=1&sort=title")
    page = await season.get(path)
    if page.status == 303:
        page = await season.get(page.headers["location"])
    assert where(page.text) == (name, name, [place])


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/continue", "Continue watching"),
        ("/all?q=s01", "Search"),
        ("/all?tag=family", "Tag: family"),
        ("/all?vr=1&sort=title", "Goggles"),
        ("/all?folder=Show", "Show"),
    ],
)
async def test_the_way_back_from_a_video_names_the_list(
    season: LocalServer, path: str, name: str
) -> None:
    await season.services.store.write(saved_searches.save, HOUSEHOLD, "Goggles", "vr=1&sort=title")
    referer = {"Referer": f"{season.url}{path}"}
    page = (await season.get("/watch/Show/S01E02.mp4", headers=referer)).text
    link = element(page, "a", class_="up-next-list")
    assert link.text == name
    assert where((await season.get(link["href"])).text)[0] == name


@pytest.fixture
async def films(server: LocalServer, videos: Path, cast: Cast) -> LocalServer:
    """Harbours in two folders, one of them a family video, and a show."""
    for name in ("Films/Harbour", "Films/Hare", "Music/Harp", "Show/Pilot"):
        cast.unique(videos / f"{name}.mp4")
    found = await library(server.services)
    await server.services.store.write(tags.add, found["Music/Harp.mp4"].id, "family")
    return server


def empty(html: str) -> list[str]:
    """What a list says that has no videos: a heading, a sentence, a link and its address."""
    (empty,) = elements(html, class_="empty")
    heading, sentence, offer = empty.children[-3:]
    (link,) = offer.children
    return [heading.text, sentence.text, link.text, link["href"]]


@pytest.mark.parametrize(
    ("path", "heading", "link", "leads_to"),
    [
        ("/all?q=zebra", "No results for “zebra”", "Remove “zebra” (4 videos)", "/all"),
        (
            "/all?q=zebra&tag=family",
            "No results for “zebra”",
            "Remove “zebra” (1 video)",
            "/all?tag=family",
        ),
        (
            "/all?q=hare&tag=family",
            "No results for “hare”",
            "Remove “hare” (1 video)",
            "/all?tag=family",
        ),
        (
            "/all?q=har&vr=1",
            "No results for “har”",
            "Remove VR (180°/360°) (3 videos)",
            "/all?q=har",
        ),
        (
            "/all?folder=Films&q=harp",
            "No results for “harp”",
            "Remove “harp” (2 videos)",
            "/all?folder=Films",
        ),
        ("/all?min_height=4320", "No videos match", "Remove 8K or higher (4 videos)", "/all"),
        ("/all?vr=1&min_rating=3", "No videos match", "Show all 4 videos", "/all"),
        ("/favorites", "No favorites yet", "Show all 4 videos", "/all"),
        ("/best-of", "No top rated videos yet", "Show all 4 videos", "/all"),
        ("/continue", "Nothing to continue", "Show all 4 videos", "/all"),
    ],
)
async def test_an_empty_list_offers_the_way_to_the_most_videos(
    films: LocalServer, path: str, heading: str, link: str, leads_to: str
) -> None:
    said = empty((await films.get(path)).text)
    assert [said[0], *said[2:]] == [heading, link, leads_to]
    number = int(re.findall(r"(\d+) video", link)[0])
    assert len(titles((await films.get(leads_to)).text)) == number


async def test_a_list_with_a_link_of_its_own_needs_no_chips(films: LocalServer) -> None:
    for path, chips in (("/favorites", 0), ("/best-of", 0), ("/favorites?q=har", 2)):
        assert (await films.get(path)).text.count('aria-label="Remove ') == chips


async def test_a_library_without_videos_blames_no_filter(server: LocalServer) -> None:
    for path in ("/all", "/favorites", "/all?q=zebra&vr=1"):
        assert "No videos yet" in (await server.get(path)).text


async def test_the_form_of_the_search_keeps_to_the_list(films: LocalServer) -> None:
    page = (await films.get("/all?folder=Films&sort=newest")).text
    form = page.partition('role="search">')[2].partition("</form>")[0]
    assert element(form, "input", type="hidden", name="folder")["value"] == "Films"
    assert 'placeholder="Search in Films"' in form
    assert "sort" not in form.replace("data-home", "").partition("/partials")[0]
    found = (await films.get("/all?folder=Films&q=har")).text
    assert sorted(titles(found)) == ["Harbour", "Hare"]
    chips = [
        chip["href"]
        for chip in elements(found, "a", class_="chip")
        if chip.attributes.get("aria-label", "").startswith("Remove ")
    ]
    assert chips == ["/all?q=har", "/all?folder=Films"]


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("har", "/all?q=har"),
        ("har rat", "/all?q=har"),
        ("har rating:", "/all?q=har"),
        ("har rating:>", "/all?q=har"),
        ("har rating:> bou", "/all?q=har%20bou"),
        ("is:fav", "/all"),
        ("is:unwatched", "/all?watched=0"),
        ("tag:fam", "/all"),
        ('tag:"fam', "/all"),
        ("tag:family", "/all?tag=family"),
        ("folder:Fil", "/all"),
        ("folder:Films", "/all?folder=Films"),
        ("zebra", "/all?q=zebra"),
        ("ha", "/all?q=ha"),
    ],
)
async def test_while_one_types_a_filter_that_is_not_whole_is_left_out(
    films: LocalServer, typed: str, shown: str
) -> None:
    draft = (await films.get(f"/partials/gallery?draft=1&q={quote(typed)}")).text
    assert f'data-here="{shown}"' in draft
    meant = await films.get(f"/partials/gallery?q={quote(typed)}")
    assert (" data-draft" in draft) == (f'data-here="{shown}"' not in meant.text)


@pytest.fixture
async def copied(server: LocalServer, videos: Path, cast: Cast) -> LocalServer:
    """A video with two files, one of them better named, and another."""
    first = cast.unique(videos / "Downloads" / "bigbuckbunny (1).mp4")
    (videos / "Films").mkdir()
    shutil.copyfile(first, videos / "Films" / "Big Buck Bunny.mp4")
    cast.unique(videos / "Films" / "Zebra.mp4")
    await library(server.services)
    return server


async def shows(server: LocalServer, path: str, names: set[str]) -> None:
    """A page that was rendered a moment ago may be served still."""

    async def there() -> bool:
        return set(titles((await server.get(path)).text)) == names

    await eventually(there)


async def test_a_copy_has_the_name_that_it_has_in_its_folder(
    copied: LocalServer, videos: Path
) -> None:
    page = (await copied.get("/all?folder=Films")).text
    assert sorted(titles(page)) == ["Big Buck Bunny", "Zebra"]
    assert "/watch/Films/Big%20Buck%20Bunny.mp4" in links(page, class_="card-link")
    page = (await copied.get("/all?folder=Downloads")).text
    assert titles(page) == ["bigbuckbunny (1)"]
    referer = {"Referer": f"{copied.url}/all?folder=Films"}
    page = (await copied.get("/watch/Films/Zebra.mp4", headers=referer)).text
    assert steps(page) == ["Big Buck Bunny"]
    (videos / "Films" / "Big Buck Bunny.mp4").rename(videos / "Films" / "Bunny.mp4")
    await library(copied.services)
    await shows(copied, "/all?folder=Films", {"Bunny", "Zebra"})
    (videos / "Downloads" / "bigbuckbunny (1).mp4").unlink()
    await library(copied.services)
    await shows(copied, "/all", {"Bunny", "Zebra"})


async def test_a_push_names_a_copy_as_its_folder_does(copied: LocalServer) -> None:
    (bunny,) = card_ids((await copied.get("/all?folder=Downloads")).text)
    since = copied.services.store.last_event_id
    await touched(copied, bunny)
    stream = await copied.stream(f"/events?folder=Films&since={since}")
    message = await stream.until(lambda message: "card-title" in message.data)
    assert titles(message.data) == ["Big Buck Bunny"]


async def test_every_form_that_a_control_belongs_to_is_on_its_page(films: LocalServer) -> None:
    """Cards beside a video have nothing to be selected for."""
    for path in ("/all", "/watch/Films/Hare.mp4", "/tags", "/api"):
        page = (await films.get(path)).text
        controls = {control["form"] for control in elements(page, form=True)}
        assert controls <= {form["id"] for form in elements(page, "form", id=True)}
        assert not elements(page, "pre", aria_label=True, role=False)
        assert ("card-select" in page) == (path == "/all")
