"""Local Video Server: a personal video library, live on every open page."""

__version__ = "1.0.0"
