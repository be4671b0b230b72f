"""What all full pages share: where one can go from them."""

from __future__ import annotations

from lvs.contexts.navigation import navigation_context
from lvs.http.responses import Rendered
from lvs.services import Services


async def rendered(house: Services, name: str, place: str = "", **context: object) -> Rendered:
    """A page by its template, with the navigation as the newest event leaves it; `place` is the
    address of the link to where the page is."""
    places = await house.store.recall(navigation_context)
    html = house.templates.render(f"pages/{name}", places=places, place=place, **context)
    return Rendered(html)
