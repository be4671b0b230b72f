"""Themes: what is drawn has enough contrast in both, and a person's choice wins over the system."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.async_api import Browser, expect

from lvs.http.assets import theme_colors
from tests.helpers.browsers import context
from tests.helpers.contrast import contrast
from tests.helpers.html import element, elements
from tests.helpers.servers import HOME, LocalServer

TOKENS = (HOME / "static" / "css" / "tokens.css").read_text("utf-8")
THEMES = ("light", "dark")
SURFACES = ("ground", "surface", "raised")
TEXTS = ("text", "text-quiet", "accent-text", "good", "warning", "error")
DRAWN = ("field-line", "accent", "accent-text")  # WCAG 1.4.11: borders, focus, icons, bars


def colors(css: str, theme: str) -> dict[str, str]:
    """The opaque colors of a theme by token."""
    color = r"#[0-9a-f]{3,6}"
    found = re.findall(rf"--([\w-]+): (?:light-dark\(({color}), ({color})\)|({color}));", css)
    return {
        name: both or (light if theme == "light" else dark) for name, light, dark, both in found
    }


def pairs() -> Iterator[tuple[str, str, float]]:
    for surface in SURFACES:
        yield from ((text, surface, 4.5) for text in TEXTS)
        if surface != "raised":  # nothing of this is on it
            yield from ((drawn, surface, 3.0) for drawn in DRAWN)
    yield "on-accent", "accent", 4.5
    yield "field-line", "raised", 3.0  # a field's own ground
    yield "on-scrim", "player-ground", 4.5


def test_contrast_is_computed_as_wcag_says() -> None:
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#ffb454", "#ffffff") < 3


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("front", "back", "least"), list(pairs()))
def test_colors_have_enough_contrast(theme: str, front: str, back: str, least: float) -> None:
    found = colors(TOKENS, theme)
    assert contrast(found[front], found[back]) >= least


def test_the_accent_is_no_color_of_text() -> None:
    """In the light theme amber is too light for that: `--accent-text` is the brown one. An icon in
    the current color is drawn, so its selector names it."""
    icons = re.compile(r"svg|heart|star|::before|::after|path")
    for path in (HOME / "static" / "css").glob("*.css"):
        css = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.S)
        for selector, body in re.findall(r"([^{}]+)\{([^{}]*)\}", css):
            if re.search(r"(?<![\w-])color: var\(--accent\)", body):
                assert icons.search(selector), f"{path.name}: {selector.strip()}"


async def test_the_frame_of_the_browser_follows_the_theme(server: LocalServer) -> None:
    colors_of = theme_colors()
    for theme in ("system", "light", "dark"):
        page = (await server.get("/", headers={"Cookie": f"preferences=theme={theme}"})).text
        metas = elements(page, "meta", name="theme-color")
        assert [meta["content"] for meta in metas] == (
            [colors_of["light"], colors_of["dark"]] if theme == "system" else [colors_of[theme]] * 2
        )
        scheme = element(page, "meta", name="color-scheme")["content"]
        assert scheme == ("dark light" if theme == "system" else theme)


async def test_a_choice_wins_over_the_system(server: LocalServer, browser: Browser) -> None:
    grounds = {theme: colors(TOKENS, theme)["ground"] for theme in THEMES}

    def rgb(color: str) -> str:
        red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
        return f"rgb({red}, {green}, {blue})"

    for system in THEMES:
        async with context(browser, color_scheme=system) as tabs:
            page = await tabs.new_page()
            await page.goto(f"{server.url}/tags")
            await expect(page.locator("body")).to_have_css("background-color", rgb(grounds[system]))
            for theme in THEMES:
                await page.evaluate(
                    f"htmx.ajax('POST', '/preferences', {{values: {{theme: '{theme}'}}}})"
                )
                body = page.locator("body")
                await expect(body).to_have_css("background-color", rgb(grounds[theme]))
                bar = rgb(theme_colors()[theme])
                await expect(page.locator("meta[name=theme-color]").first).to_have_attribute(
                    "content", bar
                )
