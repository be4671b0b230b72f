"""Who may ask: other origins, foreign pages, and how often one may change something."""

from __future__ import annotations

import json

import pytest

from lvs.access import Guard, RateLimit
from lvs.config import ServerConfig
from lvs.errors import TooManyError
from tests.helpers.libraries import fill, hash_of
from tests.helpers.requests import call
from tests.helpers.servers import Answer, LocalServer, StartServices, serving

NEAR = "http://192.168.1.20:3000"


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        (NEAR, True),
        ("https://10.0.0.4", True),
        ("http://[fd00::1]:8080", True),
        ("http://localhost:5173", True),
        ("http://tv.local", True),
        ("https://films.example", True),
        ("https://films.example:444", False),
        ("http://8.8.8.8", False),
        ("https://evil.example", False),
        ("https://localhost.evil.example", False),
        ("http://0.0.0.0", False),
        ("file://localhost", False),
        ("null", False),
        ("http://[", False),
        ("http://tv.local:x", False),
        ("http://169.254.3.4", True),
        ("http://[fe80::1%25eth0]", True),
        ("http://[::ffff:192.168.1.20]", True),
        ("http://[::ffff:8.8.8.8]", False),
        ("http://203.0.113.7", False),
        ("http://198.18.0.1", False),
        ("http://240.0.0.1", False),
        ("http://100.64.0.1", False),
        ("http://[2001:0:4136:e378::1]", False),
    ],
)
def test_trusted_origins_are_allowed(config: ServerConfig, origin: str, allowed: bool) -> None:
    own = config.model_copy(update={"allowed_origins": ("https://films.example",)})
    assert Guard(own).allows_origin(origin) is allowed


async def ask(server: LocalServer, method: str, path: str, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = named.pop("body", None)
    return await server.get(path, method=method, headers=named, body=body)


async def test_a_preflight_is_answered_and_only_ours_are_let_in(server: LocalServer) -> None:
    asked = {"Access_Control_Request_Method": "POST"}
    answer = await ask(server, "OPTIONS", "/api/ratings", Origin=NEAR, **asked)
    assert answer.status == 204
    assert answer.headers["access-control-allow-origin"] == NEAR
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert "Content-Type" in answer.headers["access-control-allow-headers"]
    assert "Origin" in answer.headers["vary"]
    answer = await ask(server, "OPTIONS", "/api/ratings", Origin="https://evil.example", **asked)
    assert answer.status == 204
    assert not [name for name in answer.headers if name.startswith("access-control-")]
    assert (await ask(server, "OPTIONS", "/tags/delete", Origin=NEAR, **asked)).status == 405


async def test_a_program_of_a_trusted_origin_may_write_and_another_may_not(
    server: LocalServer,
) -> None:
    await fill(server.services.store, 1)
    path = f"/api/ratings/{await hash_of(server.services, 1)}"
    sent = {
        "Content_Type": "application/json",
        "body": '{"value": 4}',
        "Sec_Fetch_Site": "cross-site",
    }
    answer = await ask(server, "POST", path, Origin=NEAR, **sent)
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (201, NEAR)
    assert (await ask(server, "POST", path, Origin="https://evil.example", **sent)).status == 403
    assert (await ask(server, "POST", path, **sent)).status == 403
    form = {"Content_Type": "application/x-www-form-urlencoded", "body": "tag=x"}
    assert (await ask(server, "POST", "/tags/delete", Origin=NEAR, **form)).status == 403
    page = await ask(server, "GET", "/", Origin=NEAR)
    assert "access-control-allow-origin" not in page.headers


async def test_an_address_that_is_none_is_foreign_and_nothing_is_written(
    server: LocalServer,
) -> None:
    await fill(server.services.store, 1)
    media_hash = await hash_of(server.services, 1)
    form = {"Content_Type": "application/x-www-form-urlencoded", "body": "value=4"}
    path = f"/videos/{media_hash}/rating"
    assert (await ask(server, "POST", path, Origin="http://[", **form)).status == 403
    found = json.loads((await server.get(f"/api/ratings/{media_hash}")).body)
    assert found["count"] == 0
    answer = await ask(server, "POST", path, Referer="http://[", **form)
    assert (answer.status, answer.headers["location"]) == (303, "/")


@pytest.mark.parametrize(
    ("page", "location"),
    [
        ("/?sort=title", "/?sort=title"),
        ("//evil.example/x", "/evil.example/x"),
        ("/\\evil.example/x", "/evil.example/x"),
        ("/\x01//evil.example", "/evil.example"),
        ("/ /evil.example", "/evil.example"),
        ("", "/"),
    ],
)
async def test_a_form_leads_back_to_this_server_alone(
    server: LocalServer, page: str, location: str
) -> None:
    referer = f"{server.url}{page}"
    answer = await ask(server, "POST", "/library/scan", Referer=referer)
    assert (answer.status, answer.headers["location"]) == (303, location)


def test_a_client_has_a_burst_and_then_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("lvs.access.time.monotonic", lambda: now)
    limit = RateLimit(10, 20, "Wait.")
    for _ in range(20):
        limit.spend("phone")
    with pytest.raises(TooManyError) as refused:
        limit.spend("phone")
    assert refused.value.wait_s == pytest.approx(0.1)
    limit.spend("tablet")
    now += 0.5
    for _ in range(5):
        limit.spend("phone")
    with pytest.raises(TooManyError):
        limit.spend("phone")
    now += 3600
    for _ in range(20):
        limit.spend("phone")


async def test_too_many_writes_get_a_retry_after(start_services: StartServices) -> None:
    services = await start_services(live=False, writes_per_second=0.5, writes_burst=3)
    await fill(services.store, 1)
    async with serving(services) as server:
        path = f"/api/ratings/{await hash_of(services, 1)}"
        for _ in range(3):
            assert (await call(server, "POST", path, {"value": 3})).status == 201
        answer = await call(server, "POST", path, {"value": 4})
        assert (answer.status, answer.headers["retry-after"]) == (429, "2")
        assert answer.headers["content-type"] == "application/problem+json"
        assert (await call(server, "GET", path)).status == 200


async def test_the_legacy_servers_calls_still_work(server: LocalServer) -> None:
    await fill(server.services.store, 1)
    name = "Video 000000.mp4"

    async def said(path: str, **body: object) -> object:
        answer = await call(server, "POST", path, {"filename": name, **body})
        assert answer.status == 200, answer.text
        return json.loads(answer.body)

    assert await said("/rate", rating=4, from_="old") == {
        "success": True,
        "rating": 4,
        "average": 4.0,
    }
    assert await said("/rate", rating=0) == {"success": True, "rating": None, "average": 0.0}
    assert await said("/favorite") == {"success": True, "favorite": True}
    assert await said("/favorite", favorite=True) == {"success": True, "favorite": True}
    assert await said("/tag", tag="Sea") == {"success": True, "tags": ["Sea"]}
    assert await said("/delete_tag", tag="sEA") == {"success": True, "tags": []}
    views = await said("/view")
    assert isinstance(views, dict)
    assert (await said("/view")) == {"success": True, "views": views["views"] + 1}
    assert (await call(server, "POST", "/view", {"filename": "no.mp4"})).status == 404
    assert (await call(server, "POST", "/rate", {"filename": name})).status == 400


async def test_caches_report_hits_and_misses(server: LocalServer) -> None:
    await fill(server.services.store, 3)
    for _ in range(3):
        assert (await server.get("/")).status == 200
    found = json.loads((await server.get("/admin/cache/status")).body)
    assert (found["videos"], found["waiting"]) == (3, 0)
    assert found["caches"]["pages"]["hits"] == 2
    assert found["caches"]["pages"]["misses"] == 1
    assert found["caches"]["cards"] == {
        "entries": 3,
        "limit": 4000,
        "hits": 0,
        "misses": 3,
        "hit_rate": 0.0,
    }
    before = found["caches"]["answers"]
    for _ in range(4):
        assert (await server.get("/api/tags/popular")).status == 200
    answers = json.loads((await server.get("/admin/cache/status")).body)["caches"]["answers"]
    assert answers["hits"] == before["hits"] + 3
    assert answers["misses"] == before["misses"] + 1
    asked = answers["hits"] + answers["misses"]
    assert answers["hit_rate"] == round(100 * answers["hits"] / asked, 1)
    refreshed = await server.get("/admin/cache/refresh", method="POST")
    assert (refreshed.status, json.loads(refreshed.body)) == (202, {"success": True})


async def test_the_api_has_a_page_of_its_own(server: LocalServer) -> None:
    page = (await server.get("/api")).text
    document = json.loads((await server.get("/openapi.json")).body)
    for path in document["paths"]:
        assert f"<code>{path}</code>" in page
    assert "http://" not in page.split("<main")[1]
