"""`python -m bench [names]`: measure, and print each budget with its ratio and verdict."""

from __future__ import annotations

import os
import platform

import click
from rich.console import Console
from rich.table import Table

from bench import (
    dashboard,
    film,
    headset,
    live,
    pages,
    scans,
    search,
    soak,
    streams,
    thumbnails,
    writes,
)
from bench.harness import Line, workshop

BENCHMARKS = {
    "pages": pages.run,
    "thumbnails": thumbnails.run,
    "streams": streams.run,
    "live": live.run,
    "scans": scans.run,
    "search": search.run,
    "writes": writes.run,
    "dashboard": dashboard.run,
    "soak": soak.run,
    "headset": headset.run,
    "film": film.run,
}


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(list(BENCHMARKS)))
@click.option("--markdown", is_flag=True, help="Print a table for docs/PERFORMANCE.md")
def main(names: tuple[str, ...], markdown: bool) -> None:
    """Measure the budgets, or those named. Everything stays on this machine."""
    lines: list[Line] = []
    for name in names or BENCHMARKS:
        click.echo(f"measuring {name}", err=True)
        with workshop() as home:
            lines += BENCHMARKS[name](home)
    if markdown:
        _print_markdown(lines)
    else:
        _print_table(lines)


def _print_table(lines: list[Line]) -> None:
    table = Table(title=f"{platform.system()}, {os.cpu_count()} cores, {platform.python_version()}")
    for heading in ("what", "figure", "baseline", "ratio", "budget", ""):
        table.add_column(heading)
    for line in lines:
        table.add_row(
            line.what, line.figure, line.baseline, line.ratio, line.budget, _verdict(line)
        )
    Console(width=200).print(table)


def _print_markdown(lines: list[Line]) -> None:
    click.echo("| what | figure | baseline | ratio | budget | |\n|---|---|---|---|---|---|")
    for line in lines:
        cells = (line.what, line.figure, line.baseline, line.ratio, line.budget, _verdict(line))
        click.echo(f"| {' | '.join(cells)} |")


def _verdict(line: Line) -> str:
    return {True: "met", False: "MISSED", None: ""}[line.met]


if __name__ == "__main__":
    main()
