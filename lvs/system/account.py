"""The account that the server runs as, for advice about permissions."""

from __future__ import annotations

import os
import pwd


def account_name() -> str:
    """Its name, or its number where it has none, as in a container."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


def advice_on(reason: str) -> str:
    """A reason of the system, with what to do where permissions are missing."""
    if reason in (os.strerror(1), os.strerror(13)):  # EPERM, EACCES
        return f"{reason}. Let the account {account_name()} read it."
    return reason
