"""Finds a Chromium for the browser tests, or installs one.

`python -m tests.helpers.chromium` is a step of `make test`; its absence fails the suite.

The system's own comes first, then Debian's package (when root), then Playwright's download.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MACS = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


def find() -> str | None:
    """The path of a Chromium on this machine, or None."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    if MACS.exists():
        return str(MACS)
    return _playwrights_own()


def _playwrights_own() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install() -> None:
    if sys.platform == "linux" and os.geteuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], env=environment, check=False)
        command = ["apt-get", "install", "-y", "-qq", "chromium", "fonts-noto-color-emoji"]
        subprocess.run(command, env=environment, check=False)
    if find() is None:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


def main() -> int:
    if find() is None:
        print("Installing a Chromium for the browser tests")
        install()
    found = find()
    print(f"Browser tests use {found}" if found else "No Chromium could be found or installed")
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())
