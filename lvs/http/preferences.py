"""What a person prefers, kept by the browser in one cookie: theme, density, view, sort orders.

A cookie comes from outside: unknown names, values that are not allowed and a too long cookie are
ignored.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from typing import Any, cast
from urllib.parse import parse_qsl, urlencode

from quart import Response, g, request

COOKIE = "preferences"
MAX_BYTES = 1_000
MAX_SORTS = 12  # lists whose order is remembered; the one set longest ago is removed
MAX_AGE_S = 365 * 24 * 3600
SORT_PREFIX = "sort."
_LIST = re.compile(r"/?[a-z0-9][a-z0-9/-]{0,39}|/")
_ORDER = re.compile(r"[a-z]{1,16}(-(asc|desc))?")


@dataclass(frozen=True, slots=True)
class Preference:
    """A preference of few values. `choices` are (value, label) in the order of the form."""

    name: str
    label: str
    default: str
    choices: tuple[tuple[str, str], ...]

    def allows(self, value: str) -> bool:
        return any(value == allowed for allowed, _ in self.choices)


LANGUAGES = (("en", "English"),)
CAPTION_LANGUAGES = (
    ("off", "Off"),
    ("en", "English"),
    ("de", "Deutsch"),
    ("fr", "Français"),
    ("es", "Español"),
    ("it", "Italiano"),
    ("pt", "Português"),
    ("nl", "Nederlands"),
    ("pl", "Polski"),
    ("tr", "Türkçe"),
    ("ru", "Русский"),
    ("ar", "العربية"),
    ("hi", "हिन्दी"),
    ("zh", "中文"),
    ("ja", "日本語"),
    ("ko", "한국어"),
)
PREFERENCES = {
    one.name: one
    for one in (
        Preference(
            "theme", "Theme", "system", (("system", "System"), ("light", "Light"), ("dark", "Dark"))
        ),
        Preference(
            "density",
            "Size of cards",
            "comfortable",
            (("compact", "Small"), ("comfortable", "Medium"), ("large", "Large")),
        ),
        Preference("view", "View", "grid", (("grid", "Grid"), ("list", "List"))),
        Preference(
            "start_page",
            "Start page",
            "home",
            (("home", "Home"), ("all", "All videos"), ("continue", "Continue watching")),
        ),
        Preference("autoplay", "Play the next video", "on", (("on", "On"), ("off", "Off"))),
        Preference("captions", "Captions", "off", CAPTION_LANGUAGES),
        Preference("language", "Language", "", (("", "As the browser asks"), *LANGUAGES)),
    )
}


@dataclass(frozen=True, slots=True)
class Preferences:
    """`captions` is the language of captions or "off", `language` that of the interface, "" where
    the browser decides. `sorts` are (list, order): what was last selected for a list."""

    theme: str = PREFERENCES["theme"].default
    density: str = PREFERENCES["density"].default
    view: str = PREFERENCES["view"].default
    start_page: str = PREFERENCES["start_page"].default
    autoplay: str = PREFERENCES["autoplay"].default
    captions: str = PREFERENCES["captions"].default
    language: str = PREFERENCES["language"].default
    sorts: tuple[tuple[str, str], ...] = field(default=())

    @property
    def shared(self) -> Preferences:
        """What pages that are rendered once for many may depend on: the rest has its default.

        It is part of the key of such a page, and all that its templates get.
        """
        return Preferences(
            theme=self.theme, density=self.density, view=self.view, language=self.language
        )

    def sort_of(self, list_name: str) -> str:
        """The order last selected for a list, "" for none. It may be one that no longer exists."""
        return dict(self.sorts).get(list_name, "")

    def with_(self, name: str, value: str) -> Preferences:
        """These with one changed: a preference, or `sort.` and a list. Raises ValueError for what
        is not allowed."""
        if name.startswith(SORT_PREFIX):
            return replace(self, sorts=_with_sort(self.sorts, name[len(SORT_PREFIX) :], value))
        if name not in PREFERENCES or not PREFERENCES[name].allows(value):
            raise ValueError(name)
        change: dict[str, Any] = {name: value}
        return replace(self, **change)

    @property
    def cookie(self) -> str:
        """What differs from the defaults, as in a query string."""
        changed = [
            (one.name, getattr(self, one.name))
            for one in fields(self)
            if one.name in PREFERENCES and getattr(self, one.name) != one.default
        ]
        return urlencode(changed + [(SORT_PREFIX + name, order) for name, order in self.sorts])


DEFAULTS = Preferences()


def _with_sort(
    sorts: tuple[tuple[str, str], ...], name: str, order: str
) -> tuple[tuple[str, str], ...]:
    """The newest last; an empty order removes the list."""
    if not _LIST.fullmatch(name) or (order and not _ORDER.fullmatch(order)):
        raise ValueError(name)
    others = tuple(one for one in sorts if one[0] != name)
    return (*others, (name, order))[-MAX_SORTS:] if order else others


@lru_cache(maxsize=256)
def parse(cookie: str) -> Preferences:
    """The preferences of a cookie's text, defaults for all that is wrong."""
    found = DEFAULTS
    if len(cookie) > MAX_BYTES:
        return found
    try:
        pairs = parse_qsl(cookie, keep_blank_values=True, max_num_fields=50)
    except ValueError:
        return found
    for name, value in pairs:
        try:
            found = found.with_(name, value)
        except ValueError:
            continue
    return found


def current_preferences() -> Preferences:
    """Those of the request that is handled. Its cookie is read when they are first asked for: most
    requests, such as of the API, never do."""
    if "preferences" not in g:
        g.preferences = parse(request.cookies.get(COOKIE, ""))
    return cast(Preferences, g.preferences)


def remember(response: Response, preferences: Preferences) -> None:
    """Have the browser keep them for a year."""
    response.set_cookie(
        COOKIE,
        preferences.cookie,
        max_age=MAX_AGE_S,
        path="/",
        httponly=True,
        samesite="Lax",
    )
