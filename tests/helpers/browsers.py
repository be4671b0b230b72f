"""What browser tests share: pages that must not complain, and the state of a gallery."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.helpers.servers import eventually

BROWSER_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--mute-audio",
    "--disable-site-isolation-trials",  # a spare process for each context would never be used
    "--host-resolver-rules=MAP lvs.local 127.0.0.1",  # a name that is not loopback's own
]
OpenBrowser = Callable[[Sequence[str]], Awaitable[Browser]]

AXE = Path(__file__).parent.parent / "vendor" / "axe-core" / "axe.min.js"
LIVE = "[data-live=on]"
expect.set_options(timeout=15_000)  # as `eventually`: what a busy machine takes is no failure
# The browser itself reports a lost connection and a status of refusal.
EXPECTED = re.compile(r"net::ERR|Failed to fetch|htmx:sse:error|status of (40[049]|503)")

PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
}
DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
HEADSET: dict[str, Any] = {"viewport": {"width": 1280, "height": 720}, "has_touch": True}
WIDE: dict[str, Any] = {"viewport": {"width": 1920, "height": 1080}}
SIZES = {"phone": PHONE, "desktop": DESKTOP, "headset": HEADSET, "wide": WIDE}


@contextlib.asynccontextmanager
async def context(browser: Browser, **options: Any) -> AsyncIterator[BrowserContext]:
    """A browser context whose pages fail the test when a script or a policy complains."""
    # It would answer before the routes that tests put in front of the network.
    options.setdefault("service_workers", "block")
    context = await browser.new_context(**options)
    complaints: list[str] = []

    def listen(page: Page) -> None:
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: (
                complaints.append(message.text)
                if message.type == "error" and not EXPECTED.search(message.text)
                else None
            ),
        )

    context.on("page", listen)
    try:
        yield context
    finally:
        await context.close()
    assert not complaints, complaints


async def live_page(context: BrowserContext, url: str) -> Page:
    """A page whose stream is open."""
    page = await context.new_page()
    await page.goto(url)
    await page.wait_for_selector(LIVE, state="attached")
    return page


async def titles(page: Page) -> list[str]:
    return await page.locator("#grid > .card .card-title").all_inner_texts()


async def wait_for_titles(page: Page, wanted: list[str], timeout_s: float = 15) -> None:
    """Until the grid shows exactly these cards in this order."""
    deadline = time.monotonic() + timeout_s
    while (shown := await titles(page)) != wanted:
        assert time.monotonic() < deadline, f"shows {shown}, not {wanted}"
        await asyncio.sleep(0.02)


async def until(page: Page, expression: str, arg: object = None) -> None:
    """Until a script's expression is true. Playwright's own way needs `eval`, which we forbid."""
    await eventually(lambda: page.evaluate(expression, arg))


async def axe_violations(page: Page, *rules: str) -> list[str]:
    """What axe has against the page, rule by rule, with the elements: by these rules, or all."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE.read_text())
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = {"type": "rule", "values": rules}
    found = await page.evaluate("options => axe.run(options)", options)
    return [
        f"{violation['id']}: {node['html'][:160]}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


async def scroll_until(page: Page, condition: Callable[[], object]) -> None:
    async def there() -> object:
        await page.mouse.wheel(0, 4000)
        found = condition()
        return await found if isinstance(found, Awaitable) else found

    await eventually(there)


async def scroll_to_the_end(page: Page) -> None:
    await scroll_until(page, page.locator("#more[data-complete]").count)
