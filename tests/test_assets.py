"""Scripts and sheets: joined from one file per component, few, small, and cached for ever."""

from __future__ import annotations

import re

import pytest

from lvs.http import assets
from tests.helpers.html import elements
from tests.helpers.servers import HOME, LocalServer

PAGES = (
    "/",
    "/all",
    "/favorites",
    "/search?q=a",
    "/tags",
    "/headset",
    "/api",
    "/admin/performance",
)
MOST_SCRIPT_BYTES = 25_000


def addresses(page: str) -> tuple[list[str], list[str]]:
    scripts = [script["src"] for script in elements(page, "script", src=True)]
    return scripts, [link["href"] for link in elements(page, "link", rel="stylesheet")]


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_loads_few_files_that_are_small(server: LocalServer, path: str) -> None:
    scripts, sheets = addresses((await server.get(path)).text)
    assert 2 <= len(scripts) <= 3
    assert 1 <= len(sheets) <= 2
    total = 0
    for url in (*scripts, *sheets):
        assert re.fullmatch(r"/static/[\w/.]+\?v=\w{10}", url), "nothing loads from another host"
        answer = await server.get(url, headers={"Accept-Encoding": "gzip"})
        assert answer.status == 200
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["content-encoding"] == "gzip"
        total += len(answer.body) if url in scripts else 0
    assert 5_000 < total <= MOST_SCRIPT_BYTES


def test_a_bundle_has_its_sources_in_their_order() -> None:
    for name, sources in assets.BUNDLES.items():
        found = assets.asset(name)
        assert found
        text, at = found.body.decode(), 0
        for source in sources:
            lines = (HOME / "static" / source).read_text("utf-8").splitlines()
            last = next(line for line in reversed(lines) if line and not line.startswith("//"))
            assert last in text[at:], f"{source} is not in {name}, or too early"
            at = text.index(last, at)


def test_every_source_is_loaded_somewhere() -> None:
    """By a bundle, by a page, by a kind of media, by the installed app, or by a module."""
    static = HOME / "static"
    sources = {
        path.relative_to(static).as_posix()
        for folder in ("css", "js", "htmx")
        for path in (static / folder).rglob("*.[cj]s*")
    }
    named = {source for bundle in assets.BUNDLES.values() for source in bundle}
    texts = [
        path.read_text("utf-8")
        for place, pattern in (
            ("templates", "*.html"),
            ("static/js", "*.js"),
            ("lvs/kinds", "*.py"),
            ("lvs/views", "app.py"),
        )
        for path in (HOME / place).rglob(pattern)
    ]
    unnamed = sources - named
    for source in unnamed:
        name = source.removeprefix("js/").rpartition("/")[2]
        assert any(re.search(rf"['\"/]{re.escape(name)}['\"]", text) for text in texts), source
    assert named <= sources


def test_every_bundle_is_named_by_a_page() -> None:
    templates = [HOME / "templates/base.html", *(HOME / "templates/pages").glob("*.html")]
    text = "\n".join(path.read_text("utf-8") for path in templates)
    named = set(re.findall(r"bundles/(\w+\.(?:js|css))", text))
    named |= {f"{name}.css" for name in re.findall(r"set sheet = \"(\w+)\"", text)}
    assert {f"bundles/{name}" for name in named} == set(assets.BUNDLES)


def test_modules_keep_their_names_and_failures_to_themselves() -> None:
    script = assets.asset("bundles/browse.js")
    assert script
    parts = script.body.decode().count("} catch (error) { reportError(error); }\n")
    assert parts == len(assets.BUNDLES["bundles/browse.js"])


def test_a_module_with_imports_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(assets.BUNDLES, "bundles/new.js", ("js/vr/session.js",))
    with pytest.raises(ValueError, match="imports or exports"):
        assets.asset("bundles/new.js")


def test_what_is_imported_on_use_has_its_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(assets.BUNDLES, "bundles/late.js", ("js/vr/start.js",))
    found = assets.asset("bundles/late.js")
    assert found
    assert f"import('{assets.static_url('js/vr/session.js')}')" in found.body.decode()
