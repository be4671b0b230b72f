"""Catalogues for headset players: names, bounds, log-in, refusals, deletion."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from lvs.headsets.catalogue import NEWEST_AT_MOST
from lvs.http.access import LOGIN_TRIES
from lvs.media.samples import Clip, make_clip
from lvs.services import Services
from lvs.store import curation, saved_searches, tags
from lvs.store import items as records
from lvs.viewer import EVERYTHING, HOUSEHOLD
from tests.helpers.headsets import FORM, Player
from tests.helpers.libraries import fill, hash_of, library
from tests.helpers.requests import call, post
from tests.helpers.servers import LocalServer, StartServices, serving

both_engines = pytest.mark.engines("sqlite", "postgres")


@pytest.mark.parametrize(
    ("projection", "stereo", "heresphere", "screen"),
    [
        ("flat", "mono", ("perspective", "mono", 180.0, "Linear", False), ("flat", "off")),
        ("180", "rl", ("equirectangular", "sbs", 180.0, "Linear", True), ("dome", "sbs")),
        ("360", "tb", ("equirectangular360", "tb", 360.0, "Linear", False), ("sphere", "tb")),
        ("eac", "mono", ("equiangularCubemap", "mono", 360.0, "Linear", False), ("sphere", "off")),
        ("mkx220", "sbs", ("fisheye", "sbs", 220.0, "MKX220", False), ("mkx220", "sbs")),
        ("vrca220", "sbs", ("fisheye", "sbs", 220.0, "VRCA220", False), ("vrca220", "sbs")),
        ("mkx200", "sbs", ("fisheye", "sbs", 200.0, "MKX200", False), ("mkx200", "sbs")),
        ("rf52", "sbs", ("fisheye", "sbs", 190.0, "Linear", False), ("rf52", "sbs")),
        ("fisheye190", "bt", ("fisheye", "tb", 190.0, "Linear", True), ("fisheye190", "tb")),
        ("fisheye", "sbs", ("fisheye", "sbs", 180.0, "Linear", False), ("fisheye", "sbs")),
    ],
)
async def test_every_projection_has_its_names(
    server: LocalServer,
    projection: str,
    stereo: str,
    heresphere: tuple[object, ...],
    screen: tuple[str, str],
) -> None:
    await fill(server.services.store, 1)
    media_hash = await hash_of(server.services, 1)
    await post(server, f"/videos/{media_hash}/layout", projection=projection, stereo=stereo)
    player = Player(server)
    found = await player.ask(f"/heresphere/{media_hash}")
    names = ("projection", "stereo", "fov", "lens", "isEyeSwapped")
    assert tuple(found[name] for name in names) == heresphere
    found = await player.ask(f"/deovr/{media_hash}")
    assert (found["screenType"], found["stereoMode"]) == screen


async def test_lists_are_bounded_and_hold_what_can_be_played(
    server: LocalServer, services: Services
) -> None:
    await fill(services.store, NEWEST_AT_MOST + 50)

    def give(tx: Any) -> None:
        for item_id in range(1, 300):
            curation.set_favorite(tx, HOUSEHOLD, item_id, True)
            tags.add(tx, item_id, "sea")
        saved_searches.save(tx, HOUSEHOLD, "Short", "max_duration=600")
        saved_searches.save(tx, HOUSEHOLD, "Lost", "folder=gone")
        tx.connection.execute("update item set probe_error = 'x' where id = 7")

    await services.store.write(give)
    player = Player(server)
    catalogue_lists = {s["name"]: s["list"] for s in (await player.ask("/heresphere"))["library"]}
    assert len(catalogue_lists["Newest"]) >= NEWEST_AT_MOST - 1
    assert len(catalogue_lists["Favorites"]) <= 200
    assert {"sea", "Short"} <= catalogue_lists.keys()
    assert "Lost" not in catalogue_lists
    broken = await hash_of(services, 7)
    assert not any(link.endswith(broken) for links in catalogue_lists.values() for link in links)
    assert (await player.answer(f"/heresphere/{broken}")).status == 404
    scenes = {s["name"]: s["list"] for s in (await player.ask("/deovr"))["scenes"]}
    assert len(scenes["Newest"]) <= 500


async def test_a_wrong_login_says_so_and_shows_nothing(start_services: StartServices) -> None:
    services = await start_services(live=False, headset_login="ann:secret:with:colons")
    await fill(services.store, 2)
    media_hash = await hash_of(services, 1)
    async with serving(services) as server:
        player = Player(server)
        for login, access in (
            ({}, "0"),
            ({"login": "ann", "password": "wrong"}, "-1"),
            ({"login": "ann", "password": "secret:with:colons"}, "1"),
        ):
            found = await player.ask("/deovr", urlencode(login) or "x=1", **FORM)
            assert found["authorized"] == access
            assert bool(found["scenes"]) == (access == "1")
            found = await player.ask(f"/deovr/{media_hash}", urlencode(login) or "x=1", **FORM)
            assert ("encodings" in found) == found["fullAccess"] == (access == "1")
        wrong = {"username": "ann", "password": "wrong"}
        right = {"username": "ann", "password": "secret:with:colons"}
        assert await player.ask("/heresphere/auth", wrong) == {"auth-token": "", "access": -1}
        token = (await player.ask("/heresphere/auth", right))["auth-token"]
        tries: list[tuple[dict[str, str], dict[str, str], int]] = [
            ({}, {}, 0),
            (wrong, {}, -1),
            (right, {}, 1),
            ({}, {"auth-token": token}, 1),
            ({}, {"auth-token": token[:-1]}, -1),
        ]
        for body, headers, allowed in tries:
            found = await player.ask("/heresphere", body, **headers)
            assert (found["access"], bool(found["library"])) == (allowed, allowed == 1)
            found = await player.ask("/heresphere/scan", body, **headers)
            assert (found["access"], bool(found["scanData"])) == (allowed, allowed == 1)
            found = await player.ask(f"/heresphere/{media_hash}", {**body, "rating": 5}, **headers)
            assert (found["access"], "title" in found) == (allowed, allowed == 1)
        rated = json.loads((await server.get(f"/api/ratings/{media_hash}")).body)
        assert rated["user"]["value"] == 5
        await call(server, "DELETE", f"/api/ratings/{media_hash}", None)
        await player.ask(f"/heresphere/{media_hash}", {**wrong, "rating": 2})
        rated = json.loads((await server.get(f"/api/ratings/{media_hash}")).body)
        assert rated["user"]["value"] is None


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("{", 400),
        ("[1]", 400),
        ('{"rating": "five stars"}', 400),
        ('{"rating": 9}', 400),
        ('{"rating": NaN}', 400),
        ('{"isFavorite": "yes"}', 400),
        ('{"tags": [{}]}', 400),
        ('{"tags": [{"name": "' + "x" * 100 + '"}], "rating": 4}', 400),
        ("[" * 100_000, 400),
        ("x" * 2_000_000, 413),
        ('{"rating": null, "unknown": [1, 2]}', 200),
    ],
    ids=lambda value: str(value)[:24],
)
async def test_a_bad_body_is_refused_and_changes_nothing(
    server: LocalServer, body: str, status: int
) -> None:
    await fill(server.services.store, 1)
    media_hash = await hash_of(server.services, 1)
    try:
        answer = await Player(server).answer(f"/heresphere/{media_hash}", body)
    except ConnectionResetError:  # it still sends when it has been refused
        assert status == 413
    else:
        assert answer.status == status
        assert answer.headers["heresphere-json-version"] == "1"
    found = json.loads((await server.get(f"/api/videos/{media_hash}")).body)
    assert (found["rating"]["count"], found["favorite"]) == (0, False)


@both_engines
async def test_a_wrong_id_is_not_found(server: LocalServer) -> None:
    for path in ("/deovr/nothing", "/heresphere/nothing", "/heresphere/%00/"):
        answer = await Player(server).answer(path, "{}")
        assert (answer.status, answer.headers["content-type"]) == (404, "application/problem+json")
    answer = await Player(server).answer("/heresphere/nothing/events", {"event": 1})
    assert answer.status == 404


DELETIONS: list[object] = [True, "true", 1, "1", [True], {"a": 1}, "yes", 1.0]


@pytest.mark.parametrize("value", DELETIONS, ids=repr)
@pytest.mark.parametrize("allowed", [False, True])
async def test_a_file_is_deleted_only_where_it_is_allowed_and_really_meant(
    start_services: StartServices, videos: Path, value: object, allowed: bool
) -> None:
    make_clip(videos / "film.mp4", Clip(duration_s=0.2))
    services = await start_services(live=False, headset_delete=allowed)
    await library(services)
    media_hash = await hash_of(services, 1)
    async with serving(services) as server:
        player = Player(server)
        assert (await player.ask(f"/heresphere/{media_hash}"))["writeDelete"] is allowed
        answer = await player.answer(f"/heresphere/{media_hash}", {"deleteFile": value})
        deleted = allowed and value is True
        assert (videos / "film.mp4").exists() is not deleted
        assert answer.status == (403 if value is True and not allowed else 200)
        missing = (await player.answer(f"/heresphere/{media_hash}")).status == 404
        assert missing is deleted


async def test_pages_of_other_sites_cannot_write_by_a_catalogue(server: LocalServer) -> None:
    await fill(server.services.store, 1)
    media_hash = await hash_of(server.services, 1)
    answer = await Player(server).answer(
        f"/heresphere/{media_hash}", {"rating": 1}, Origin="https://elsewhere.example"
    )
    assert answer.status == 403


async def test_browsing_a_catalogue_spends_no_writes(start_services: StartServices) -> None:
    services = await start_services(live=False, writes_per_second=0.01, writes_burst=2)
    await fill(services.store, 1)
    media_hash = await hash_of(services, 1)
    async with serving(services) as server:
        player = Player(server)
        for _ in range(10):
            await player.ask(f"/heresphere/{media_hash}", {})
        statuses = [
            (await player.answer(f"/heresphere/{media_hash}", {"rating": 3})).status
            for _ in range(4)
        ]
        assert statuses == [200, 200, 429, 429]


async def test_only_a_post_changes_anything(start_services: StartServices, videos: Path) -> None:
    make_clip(videos / "film.mp4", Clip(duration_s=0.2))
    services = await start_services(live=False, headset_delete=True)
    await library(services)
    media_hash = await hash_of(services, 1)
    before = await services.store.read(records.cards, EVERYTHING, [1])
    async with serving(services) as server:
        for path, body in (
            (f"/heresphere/{media_hash}", {"rating": 1, "isFavorite": True}),
            (f"/heresphere/{media_hash}", {"deleteFile": True}),
            (f"/heresphere/{media_hash}/events", {"event": 1, "time": 20_000}),
        ):
            answer = await server.get(path, method="GET", body=json.dumps(body))
            assert answer.status == 200
    assert await services.store.read(records.cards, EVERYTHING, [1]) == before
    assert (videos / "film.mp4").exists()


@both_engines
async def test_only_a_local_player_reports_playback(start_services: StartServices) -> None:
    services = await start_services(live=False, headset_login="ann:secret")
    await fill(services.store, 2)
    media_hash, other = await hash_of(services, 1), await hash_of(services, 2)
    before = (await services.store.read(records.cards, EVERYTHING, [1]))[1].views
    event = {"username": "ann", "event": 1, "time": 0, "connectionKey": "x"}
    member = {"username": "ann", "password": "secret"}
    async with serving(services) as server:
        player = Player(server)
        token = (await player.ask("/heresphere/auth", member))["auth-token"]
        address = (await player.ask(f"/heresphere/{media_hash}", member))["eventServer"]
        elsewhere = (await player.ask(f"/heresphere/{other}", member))["eventServer"]
        plain = f"/heresphere/{media_hash}/events"
        wrong_key = plain + "?" + elsewhere.partition("?")[2]
        for path, headers, access in (
            (plain, {}, 0),
            (wrong_key, {}, 0),
            (plain, {"auth-token": token[:-1]}, -1),
            (address, {}, 1),
            (plain, {"auth-token": token}, 1),
        ):
            assert await player.ask(path, event, **headers) == {"access": access}
            views = (await services.store.read(records.cards, EVERYTHING, [1]))[1].views
            assert views == before + (access == 1), path


@pytest.mark.parametrize("time", ["Infinity", "NaN", "1e999", "1e12", "-1"])
async def test_an_invalid_time_is_refused(server: LocalServer, time: str) -> None:
    await fill(server.services.store, 1)
    path = f"/heresphere/{await hash_of(server.services, 1)}/events"
    assert (await Player(server).answer(path, f'{{"event": 2, "time": {time}}}')).status == 400


async def test_passwords_are_not_to_be_guessed(start_services: StartServices) -> None:
    services = await start_services(live=False, headset_login="ann:secret")
    right = {"username": "ann", "password": "secret"}
    wrong = {"username": "ann", "password": "guess"}
    async with serving(services) as server:
        player = Player(server)
        token = (await player.ask("/heresphere/auth", right))["auth-token"]
        asked: list[tuple[str, object, dict[str, str]]] = [
            ("/heresphere/auth", wrong, {}),
            ("/heresphere", wrong, {}),
            ("/heresphere/scan", {}, {"auth-token": "guess"}),
            ("/deovr", urlencode({"login": "ann", "password": "guess"}), FORM),
        ]
        statuses = [
            (await player.answer(path, body, **headers)).status
            for _ in range(LOGIN_TRIES)
            for path, body, headers in asked
        ]
        assert statuses == [200] * LOGIN_TRIES + [429] * (len(statuses) - LOGIN_TRIES)
        refused = await player.answer("/heresphere/auth", right)
        assert (refused.status, refused.headers["retry-after"]) == (429, "6")
        assert refused.headers["heresphere-json-version"] == "1"
        assert (await player.ask("/heresphere", {}, **{"auth-token": token}))["access"] == 1
        assert (await player.ask("/heresphere", {}))["access"] == 0
        assert (await server.get("/all")).status == 200
