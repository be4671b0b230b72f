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
    def token(self) -> str:
        """What HereSphere sends instead of the password; another password makes it void."""
        return hmac.digest(self._login.encode(), b"heresphere", hashlib.sha256).hex()

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
