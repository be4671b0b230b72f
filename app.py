"""The server as a program (`python app.py`) and as an app for Hypercorn (`hypercorn app:app`)."""

from __future__ import annotations

if __name__ == "__main__":
    from lvs.cli.main import main

    main(["serve"])
elif __name__ != "__mp_main__":  # a media worker imports this file again, and needs no app
    from lvs.server import hypercorn_fixes
    from lvs.server.application import create_app

    hypercorn_fixes.install()
    app = create_app()
