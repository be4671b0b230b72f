"""`/preferences`: a form that sets what the browser remembers."""

from __future__ import annotations

import json

from quart import Response, request

from lvs.errors import InvalidInputError
from lvs.http import preferences as browser
from lvs.http import responses
from lvs.http.preferences import PREFERENCES, SORT_PREFIX, Preferences, current_preferences
from lvs.http.routes import FORM, Route


async def set_preferences() -> Response:
    """Set those that the form names; the others stay. Back to its page, or to htmx an event
    `preferences` with what the page shows of them."""
    wanted = current_preferences()
    for name, value in (await request.form).items(multi=True):
        try:
            wanted = wanted.with_(name, value)
        except ValueError:
            raise InvalidInputError(_reason(name, value)) from None
    response = _changed(wanted)
    browser.remember(response, wanted)
    return response


def _changed(wanted: Preferences) -> Response:
    if not responses.is_fragment(request):
        return Response(b"", 303, {"Location": responses.redirect_back(request)})
    shown = {"theme": wanted.theme, "density": wanted.density, "view": wanted.view}
    return Response(b"", 204, {"HX-Trigger": json.dumps({"preferences": shown})})


def _reason(name: str, value: str) -> str:
    if name.startswith(SORT_PREFIX):
        return f"`{name[:60]}` can't be {value[:40]!r}."
    if name not in PREFERENCES:
        return f"Unknown preference {name[:40]!r}. There are: {', '.join(PREFERENCES)}."
    allowed = ", ".join(choice or '""' for choice, _ in PREFERENCES[name].choices)
    return f"`{name}` is {value[:40]!r}; it must be one of {allowed}."


ROUTES = (Route("/preferences", set_preferences, FORM, ("POST",)),)
