"""Addresses of an item for other devices and players, and a QR code of one."""

from __future__ import annotations

import io
from dataclasses import dataclass

import segno

from lvs.config import ServerConfig
from lvs.network.addresses import Ports, lan_addresses, split_url

HERE = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True, slots=True)
class Share:
    """The address of a page for another device, and that of its QR code."""

    url: str
    code_url: str


def shared_origin(config: ServerConfig, asked: str) -> str:
    """The origin of this server for another device. `asked` is the origin of the request; where
    that is this machine alone, an address in the network takes its place."""
    host = split_url(asked).hostname or ""
    named = f"[{host}]" if ":" in host else host
    lan = lan_addresses(config.host) if config.is_for_the_network else []
    if named not in HERE or not lan:
        return asked
    return asked.replace(f"//{named}", f"//{lan[0]}", 1)


def player_origin(ports: Ports, asked: str) -> str:
    """The origin of this server for another player, which does not trust this server's own
    certificate: plain HTTP where this server was asked by HTTPS itself."""
    parts = split_url(asked)
    if parts.scheme == "https" and ports.http and parts.port == ports.https:
        host = parts.hostname or ""
        return f"http://{f'[{host}]' if ':' in host else host}:{ports.http}"
    return asked


def playlist(title: str, duration_s: float | None, url: str) -> str:
    """An M3U playlist of one address, in UTF-8 (its tags are those of RFC 8216, section 4.3)."""
    words = " ".join(title.split())
    return f"#EXTM3U\n#EXTINF:{round(duration_s) if duration_s else -1},{words}\n{url}\n"


def code(url: str) -> bytes:
    """A QR code as an SVG document."""
    made, written = segno.make(url, error="m", micro=False), io.BytesIO()
    made.save(written, kind="svg", border=3, dark="#000", light="#fff", omitsize=True)
    return written.getvalue()
