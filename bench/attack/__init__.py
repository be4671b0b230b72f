"""`python -m bench attack [names]`: what hostile and careless clients do, and what it costs.

An attack is a function that starts its own server in a folder of its own and returns the lines of
the report. To add one, write it in a module of this package and list it in `ATTACKS`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

from bench.attack import connections, headset, mixed
from bench.harness import Line, workshop
from bench.report import print_table


@dataclass(frozen=True)
class Attack:
    name: str
    sentence: str
    run: Callable[[Path, float], list[Line]]
    """Takes an empty folder and the minutes that it may take; only the long ones look at them."""


ATTACKS = (
    Attack("unread", "HTTP/2 responses that are asked for and not read", connections.unread),
    Attack("left", "clients that connect, ask or half ask, and leave", connections.left),
    Attack("silent", "more silent clients than there are descriptors", connections.silent),
    Attack("cut", "4,000 requests for a video, cut at any moment", connections.cut),
    Attack("tls", "500 videos over TLS, left after 200 kB", connections.tls),
    Attack("headset", "a headset that talks nonsense as fast as it is read", headset.frames),
    Attack("mixed", "all kinds of clients at once, for minutes", mixed.run),
)
NAMES = [attack.name for attack in ATTACKS]


@click.command(help="\b\n" + "\n".join(f"{it.name:8} {it.sentence}" for it in ATTACKS))
@click.argument("names", nargs=-1, type=click.Choice(NAMES))
@click.option("--minutes", default=10.0, show_default=True, help="How long the long ones take")
def main(names: tuple[str, ...], minutes: float) -> None:
    lines: list[Line] = []
    for attack in ATTACKS:
        if attack.name in (names or NAMES):
            click.echo(f"{attack.name}: {attack.sentence}", err=True)
            with workshop() as home:
                lines += attack.run(home, minutes)
    print_table(lines)
    sys.exit(any(line.met is False for line in lines))
