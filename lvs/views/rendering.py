"""What all full pages share: where one can go from them."""

from __future__ import annotations

from lvs.contexts.navigation import current_of, navigation_context
from lvs.http.preferences import current_preferences
from lvs.http.responses import Rendered
from lvs.http.viewers import current_viewer
from lvs.services import Services


async def rendered(services: Services, name: str, nav_url: str = "", **context: object) -> Rendered:
    """A page by its template, with the navigation as the newest event leaves it; `nav_url` is the
    address of the link to where the page is. A page that is cached for many gives the `preferences`
    of its key."""
    navigation = await services.store.read_cached_for(
        current_viewer(), navigation_context, services.folders
    )
    context = {"preferences": current_preferences(), **context}
    html = services.rendering.templates.render(
        f"pages/{name}", navigation=navigation, nav_url=current_of(navigation, nav_url), **context
    )
    return Rendered(html)
