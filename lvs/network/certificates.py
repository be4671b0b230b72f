"""The local certificate authority, and the server's certificate that it signs.

The authority may only sign local names and private addresses (RFC 5280, 4.2.1.10), so a headset
that trusts it is safe on the rest of the web. Keys never leave the data folder.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import os
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from lvs.errors import StartError
from lvs.network.addresses import Names

log = logging.getLogger(__name__)

AUTHORITY_FOR = timedelta(days=3650)
SERVER_FOR = timedelta(days=397)  # the maximum that browsers accept
RENEW_BEFORE = timedelta(days=30)
CHECK_EVERY_S = 60.0
_CLOCKS_DIFFER = timedelta(days=1)

_LOCAL_HOSTS = ("localhost", "local", "lan", "home", "home.arpa", "internal")
_LOCAL_NETWORKS = tuple(
    map(
        ipaddress.ip_network,
        (
            "10.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "100.64.0.0/10",
            "169.254.0.0/16",
            "127.0.0.0/8",
            "fc00::/7",
            "fe80::/10",
            "::1/128",
        ),
    )
)

Pair = tuple[x509.Certificate, ec.EllipticCurvePrivateKey]


class Certificates:
    """The files in a folder: `authority.pem` and `server.pem`, each a certificate with its key.

    `names` says what the server's is to stand for, asked each time.
    """

    def __init__(self, folder: Path, names: Callable[[], Names]) -> None:
        self._folder = folder
        self._names = names
        self._context: ssl.SSLContext | None = None
        self._left_out: set[str] = set()
        self.server_path = folder / "server.pem"

    def ensure(self, now: datetime | None = None) -> bool:
        """Make what is lacking, nearly over, damaged or of other names; whether it made any.

        Raises StartError when the folder cannot be written.
        """
        now = now or datetime.now(UTC)
        try:
            authority = self._authority(now)
            names = self._allowed(authority[0])
            if _is_good(_read(self.server_path), authority, names, now):
                return False
            _write(self.server_path, _issue(authority, names, now))
        except OSError as error:
            raise StartError(
                f"The certificate for HTTPS can't be written to {self._folder} "
                f"({error.strerror}). Make the folder writable, or set LVS_HTTPS=off."
            ) from error
        if self._context is not None:
            self._context.load_cert_chain(self.server_path)
        log.info("A new certificate for HTTPS, for %s", ", ".join(names.hosts))
        return True

    async def keep(self) -> None:
        """Check now and then whether a certificate expires or the network has changed."""
        while True:
            await asyncio.sleep(CHECK_EVERY_S)
            await asyncio.to_thread(self.ensure)

    def authority_der(self) -> bytes:
        """The authority's certificate, without its key, as devices install it."""
        return self._authority(datetime.now(UTC))[0].public_bytes(serialization.Encoding.DER)

    def serve_by(self, context: ssl.SSLContext) -> None:
        """Renewals reach new connections through this context."""
        self._context = context

    def _allowed(self, authority: x509.Certificate) -> Names:
        """Our names, without those that the authority may not sign; those are logged once."""
        names = self._names()
        kept = permitted_names(authority, names)
        left = {*names.hosts, *map(str, names.addresses)}
        left -= {*kept.hosts, *map(str, kept.addresses)}
        if left and left != self._left_out:
            log.warning(
                "The certificate does not cover %s: its authority is older than that name. "
                "Remove authority.pem and install the new one on your devices.",
                ", ".join(sorted(left)),
            )
        self._left_out = left
        return kept

    def _authority(self, now: datetime) -> Pair:
        path = self._folder / "authority.pem"
        known = _read(path)
        if known is not None and now < known[0].not_valid_after_utc - RENEW_BEFORE:
            return known
        made = _make_authority(self._names(), now)
        _write(path, made)
        return made


def _make_authority(names: Names, now: datetime) -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Local Video Server at home")])
    hosts = dict.fromkeys((*_LOCAL_HOSTS, *names.hosts))
    permitted: list[x509.GeneralName] = [x509.DNSName(host) for host in hosts]
    own = (ipaddress.ip_network(address) for address in names.addresses)
    networks = dict.fromkeys((*_LOCAL_NETWORKS, *own))
    permitted += [x509.IPAddress(network) for network in networks]
    builder = (
        _builder(name, name, key.public_key(), now, AUTHORITY_FOR)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
    )
    return builder.sign(key, hashes.SHA256()), key


def _issue(authority: Pair, names: Names, now: datetime) -> Pair:
    certificate, authority_key = authority
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Local Video Server")])
    lasts = min(SERVER_FOR, certificate.not_valid_after_utc - now)
    alternatives: list[x509.GeneralName] = [x509.DNSName(host) for host in names.hosts]
    alternatives += [x509.IPAddress(address) for address in names.addresses]
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    builder = (
        _builder(certificate.subject, name, key.public_key(), now, lasts)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(identifier, critical=False)
    )
    return builder.sign(authority_key, hashes.SHA256()), key


def _builder(
    issuer: x509.Name,
    subject: x509.Name,
    key: ec.EllipticCurvePublicKey,
    now: datetime,
    lasts: timedelta,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .issuer_name(issuer)
        .subject_name(subject)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCKS_DIFFER)
        .not_valid_after(now + lasts)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def permitted_names(authority: x509.Certificate, names: Names) -> Names:
    """Those that the authority may sign; the rest would void the whole certificate."""
    allowed = authority.extensions.get_extension_for_class(x509.NameConstraints).value
    permitted = allowed.permitted_subtrees or ()
    hosts = tuple(name.value for name in permitted if isinstance(name, x509.DNSName))
    networks = [name.value for name in permitted if isinstance(name, x509.IPAddress)]
    return Names(
        tuple(n for n in names.hosts if any(n == h or n.endswith(f".{h}") for h in hosts)),
        tuple(a for a in names.addresses if any(a in network for network in networks)),  # type: ignore[operator]
    )


def _is_good(known: Pair | None, authority: Pair, names: Names, now: datetime) -> bool:
    if known is None:
        return False
    certificate = known[0]
    try:
        certificate.verify_directly_issued_by(authority[0])
        san = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (InvalidSignature, ValueError, TypeError, x509.ExtensionNotFound):
        return False
    lasts = certificate.not_valid_after_utc
    soon = min(RENEW_BEFORE, (lasts - certificate.not_valid_before_utc) / 3)
    in_time = certificate.not_valid_before_utc <= now < lasts - soon
    hosts = set(san.get_values_for_type(x509.DNSName))
    addresses = set(san.get_values_for_type(x509.IPAddress))
    return in_time and hosts >= {*names.hosts} and addresses >= {*names.addresses}


def _read(path: Path) -> Pair | None:
    """None for what is not there, or damaged."""
    with contextlib.suppress(FileNotFoundError, ValueError, TypeError):
        content = path.read_bytes()
        key = serialization.load_pem_private_key(content, None)
        certificate = x509.load_pem_x509_certificate(content)
        if isinstance(key, ec.EllipticCurvePrivateKey) and (
            key.public_key() == certificate.public_key()
        ):
            return certificate, key
    return None


def _write(path: Path, pair: Pair) -> None:
    """Both in one file, whole or not at all, for this user alone."""
    certificate, key = pair
    content = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ) + certificate.public_bytes(serialization.Encoding.PEM)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".new")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
