"""How to get this library into a headset: addresses, codes to scan, what to type where."""

from __future__ import annotations

from dataclasses import dataclass

import segno
from markupsafe import Markup

from lvs.config import ServerConfig
from lvs.network import ANNOUNCED_NAME, Doors, lan_addresses


@dataclass(frozen=True, slots=True)
class Door:
    """An address, and a QR code of it as inline SVG."""

    url: str
    code: Markup


@dataclass(frozen=True, slots=True)
class Player:
    """A player of headsets, what to do in it, and what comes of it."""

    name: str
    steps: str
    address: str
    gives: str


@dataclass(frozen=True, slots=True)
class Headset:
    """`probes` are origins of this server under its announced name, to try from the headset."""

    plain: Door
    secure: Door | None
    others: tuple[str, ...]
    players: tuple[Player, ...]
    own_authority: bool
    probes: tuple[str, ...]


def headset_context(config: ServerConfig, doors: Doors, asked: str) -> Headset:
    """`asked` is the host name by which the page was asked for; where that is this machine alone,
    an address in the network takes its place."""
    lan = [str(address) for address in lan_addresses()]
    host = lan[0] if asked in ("localhost", "127.0.0.1", "[::1]") and lan else asked
    plain = f"http://{host}:{doors.http}"
    secure = f"https://{host}:{doors.https}" if doors.https else ""
    names = [name for name in (*lan, ANNOUNCED_NAME) if name != host]
    return Headset(
        plain=_door(f"{plain}/"),
        secure=_door(f"{secure}/") if secure else None,
        others=tuple(
            address
            for name in names
            for address in (
                f"http://{name}:{doors.http}/",
                *([f"https://{name}:{doors.https}/"] if secure else []),
            )
        ),
        players=_players(plain, secure),
        own_authority=bool(secure) and config.https_certificate is None,
        probes=tuple(
            f"{scheme}://{ANNOUNCED_NAME}:{port}"
            for scheme, port in (("http", doors.http), ("https", doors.https))
            if port
        ),
    )


def _players(plain: str, secure: str) -> tuple[Player, ...]:
    return (
        Player(
            "Meta Quest Browser",
            "Open the address; on a video's page press “Watch in VR”",
            f"{secure or plain}/",
            "Everything: the same pages, live. VR in the browser needs HTTPS.",
        ),
        Player(
            "HereSphere",
            "Open its web browser and type the address",
            f"{plain}/heresphere",
            "Every list; ratings, favorites and tags go both ways; views and positions are kept.",
        ),
        Player(
            "DeoVR",
            "Open its web browser and type the address",
            f"{plain}/deovr",
            "Every list, to watch. What you change is changed on a page.",
        ),
        Player(
            "Skybox, Pigasus, 4XVR, Moon VR, televisions",
            "Choose DLNA, or “local network”, then",
            "Local Video Server",
            "Lists, folders and tags, to watch.",
        ),
    )


def _door(url: str) -> Door:
    code = segno.make(url, error="m", micro=False)
    svg = code.svg_inline(border=3, dark="#000", light="#fff", omitsize=True, svgclass="code")
    return Door(url, Markup(svg))
