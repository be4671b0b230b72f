"""Renders the icons of the installed app from `static/icon.svg`: `python -m bench.icons`.

A system cuts a maskable icon to its own shape, so the drawing stays in the middle 80 % of it and
the ground fills the rest (W3C Web App Manifest, "Purpose of an icon").
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from playwright.async_api import async_playwright

from tests.helpers import chromium

STATIC = Path(__file__).parent.parent / "static"
GROUND = "#101114"
# Name: pixels, and the part of it that the drawing has.
ICONS = {
    "192": (192, 1.0),
    "512": (512, 1.0),
    "maskable-192": (192, 0.66),
    "maskable-512": (512, 0.66),
    "apple-touch": (180, 0.8),
}


async def main() -> None:
    drawing = (STATIC / "icon.svg").read_text("utf-8")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium.find())
        for name, (pixels, part) in ICONS.items():
            page = await browser.new_page(viewport={"width": pixels, "height": pixels})
            ground = "transparent" if part == 1 else GROUND
            await page.set_content(
                f"<style>body {{ margin: 0; height: 100vh; display: grid; place-items: center;"
                f" background: {ground} }} svg {{ width: {part * 100}% }}</style>{drawing}"
            )
            path = STATIC / "icons" / f"{name}.png"
            await page.screenshot(path=path, omit_background=part == 1)
            await page.close()
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
