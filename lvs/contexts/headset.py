"""How to get this library into a headset: addresses, codes to scan, what to type where."""

from __future__ import annotations

from dataclasses import dataclass

import segno
from markupsafe import Markup

from lvs.config import ServerConfig
from lvs.headsets.players import players
from lvs.network.addresses import ANNOUNCED_NAME, Ports, lan_addresses


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """An address, and a QR code of it as inline SVG."""

    url: str
    code: Markup


@dataclass(frozen=True, slots=True)
class PlayerRow:
    """A player of headsets, what to do in it, and what comes of it."""

    name: str
    steps: str
    address: str
    gives: str


@dataclass(frozen=True, slots=True)
class Headset:
    """`reachable` is whether any device but this one can have a page of this server; `probes` are
    origins of this server under its announced name, to try from the headset."""

    reachable: bool
    plain: ServerAddress
    secure: ServerAddress | None
    others: tuple[str, ...]
    players: tuple[PlayerRow, ...]
    own_authority: bool
    probes: tuple[str, ...]


def headset_context(config: ServerConfig, ports: Ports, asked: str) -> Headset:
    """`asked` is the host name in the request; where that is this machine alone,
    an address in the network takes its place."""
    lan = [str(address) for address in lan_addresses(config.host)]
    asked_here = asked in ("localhost", "127.0.0.1", "[::1]")
    host = lan[0] if asked_here and lan else asked
    plain = f"http://{host}:{ports.http}"
    secure = f"https://{host}:{ports.https}" if ports.https else ""
    announced = [ANNOUNCED_NAME] if config.mdns and config.is_for_the_network else []
    origins = [("http", ports.http), *([("https", ports.https)] if ports.https else [])]
    return Headset(
        reachable=config.is_for_the_network or not asked_here,  # or through a proxy in front of it
        plain=_server_address(f"{plain}/"),
        secure=_server_address(f"{secure}/") if secure else None,
        others=tuple(
            f"{scheme}://{name}:{port}/"
            for name in (*lan, *announced)
            if name != host
            for scheme, port in origins
        ),
        players=_players(config, plain, secure),
        own_authority=bool(secure) and config.https_certificate is None,
        probes=tuple(f"{scheme}://{name}:{port}" for name in announced for scheme, port in origins),
    )


def _players(config: ServerConfig, plain: str, secure: str) -> tuple[PlayerRow, ...]:
    over_dlna = ("DLNA is off. Turn on with", "LVS_DLNA=true")
    if config.dlna:
        over_dlna = ("Select DLNA or “local network”, then", "Local Video Server")
    return (
        PlayerRow(
            "Meta Quest Browser",
            "Open the address; on a video's page, select “Watch in VR”",
            f"{secure or plain}/",
            "All pages, with live updates. VR in the browser needs HTTPS.",
        ),
        *(PlayerRow(it.name, it.steps, plain + it.path, it.gives) for it in players()),
        PlayerRow(
            "Skybox, Pigasus, 4XVR, Moon VR, televisions",
            *over_dlna,
            "Lists, folders and tags. Read-only.",
        ),
    )


def _server_address(url: str) -> ServerAddress:
    code = segno.make(url, error="m", micro=False)
    svg = code.svg_inline(border=3, dark="#000", light="#fff", omitsize=True, svgclass="code")
    return ServerAddress(url, Markup(svg))
