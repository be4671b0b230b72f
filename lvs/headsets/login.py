"""The log-in of headset players, until there are accounts: one name and password, or none."""

from __future__ import annotations

import enum
import hashlib
import hmac


class Access(enum.Enum):
    """As DeoVR and HereSphere number it."""

    MEMBER = 1
    GUEST = 0
    REFUSED = -1


class Login:
    """`name:password`; everybody is a member where it is empty."""

    def __init__(self, login: str) -> None:
        self._login = login

    @property
    def is_open(self) -> bool:
        return not self._login

    @property
    def token(self) -> str:
        """What HereSphere sends instead of the password; another password makes it void."""
        return hmac.digest(self._login.encode(), b"heresphere", hashlib.sha256).hex()

    def key(self, media_hash: str) -> str:
        """What a member's player sends with the events of a video; empty without a log-in.

        HereSphere gives no password with them, so it is part of their address.
        """
        if not self._login:
            return ""
        return hmac.digest(self._login.encode(), media_hash.encode(), hashlib.sha256).hex()

    def has_key(self, media_hash: str, key: str) -> bool:
        return hmac.compare_digest(key.encode(), self.key(media_hash).encode())

    def access(self, name: str, password: str, token: str = "") -> Access:
        """Of what a player sent; nothing is a guest's."""
        if not self._login:
            return Access.MEMBER
        if token:
            return _right(token, self.token)
        if not (name or password):
            return Access.GUEST
        return _right(f"{name}:{password}", self._login)


def _right(given: str, wanted: str) -> Access:
    same = hmac.compare_digest(given.encode(), wanted.encode())
    return Access.MEMBER if same else Access.REFUSED
