"""Every route of the app, collected from the modules that answer them."""

from __future__ import annotations

from lvs.api import caches as caches_api
from lvs.api import curation as curation_api
from lvs.api import headsets as headsets_api
from lvs.api import legacy as legacy_api
from lvs.api import performance as performance_api
from lvs.api import ping as ping_api
from lvs.api import tags as tags_api
from lvs.api import videos as videos_api
from lvs.http.routes import Route
from lvs.partials import admin as admin_partials
from lvs.partials import bulk as bulk_partials
from lvs.partials import curation as curation_partials
from lvs.partials import events as events_partials
from lvs.partials import gallery as gallery_partials
from lvs.partials import library as library_partials
from lvs.partials import playback as playback_partials
from lvs.partials import projection as projection_partials
from lvs.partials import searches as searches_partials
from lvs.partials import tags as tags_partials
from lvs.partials import watch as watch_partials
from lvs.views import admin as admin_pages
from lvs.views import api as api_pages
from lvs.views import bulk as bulk_pages
from lvs.views import gallery as gallery_pages
from lvs.views import headset as headset_pages
from lvs.views import media as media_pages
from lvs.views import tags as tags_pages
from lvs.views import watch as watch_pages

ROUTES: tuple[Route, ...] = (
    *gallery_pages.ROUTES,
    *tags_pages.ROUTES,
    *watch_pages.ROUTES,
    *headset_pages.ROUTES,
    *bulk_pages.ROUTES,
    *admin_pages.ROUTES,
    *admin_partials.ROUTES,
    *gallery_partials.ROUTES,
    *watch_partials.ROUTES,
    *events_partials.ROUTES,
    *curation_partials.ROUTES,
    *tags_partials.ROUTES,
    *bulk_partials.ROUTES,
    *searches_partials.ROUTES,
    *playback_partials.ROUTES,
    *projection_partials.ROUTES,
    *library_partials.ROUTES,
    *media_pages.ROUTES,
    *headsets_api.ROUTES,
    *api_pages.ROUTES,
    *ping_api.ROUTES,
    *videos_api.ROUTES,
    *curation_api.ROUTES,
    *tags_api.ROUTES,
    *legacy_api.ROUTES,
    *performance_api.ROUTES,
    *caches_api.ROUTES,
)
