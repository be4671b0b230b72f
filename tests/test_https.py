"""HTTPS by a local authority: real TLS clients, renewal, names it may not certify."""

from __future__ import annotations

import asyncio
import http.client
import ipaddress
import json
import socket
import ssl
import stat
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import h2.connection
import h2.events
import pytest
from cryptography import x509
from cryptography.x509 import verification

from lvs.network import certificates as module
from lvs.network.addresses import Names
from lvs.network.certificates import Certificates
from tests.helpers.servers import Process, eventually

LAN = Names(
    ("localhost", "lvs.local", "nas"),
    (ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("192.168.7.7")),
)
NOW = datetime.now(UTC)


class CertificateServices:
    """Certificates whose names may change."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names = LAN
        self.certificates = Certificates(folder, lambda: self.names)

    def server(self) -> x509.Certificate:
        return x509.load_pem_x509_certificate((self.folder / "server.pem").read_bytes())

    def trust(self) -> ssl.SSLContext:
        """What a device that has installed the authority trusts, and nothing else."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cadata=self.certificates.authority_der())
        return context


@pytest.fixture
def services(tmp_path: Path) -> CertificateServices:
    return CertificateServices(tmp_path / "certificates")


@pytest.fixture
async def tls(services: CertificateServices) -> AsyncIterator[int]:
    """The port of a bare TLS server with the present certificate; answers each with a byte."""
    services.certificates.ensure()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(services.certificates.server_path)
    services.certificates.serve_by(context)

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"!")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def greet(port: int, trust: ssl.SSLContext, name: str) -> None:
    """Raises ssl.SSLCertVerificationError as a browser would refuse."""
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", port, ssl=trust, server_hostname=name
    )
    assert await reader.read() == b"!"
    writer.close()


async def test_a_client_that_trusts_the_authority_accepts_names_and_addresses(
    services: CertificateServices, tls: int
) -> None:
    for name in ("localhost", "lvs.local", "nas", "127.0.0.1", "192.168.7.7"):
        await greet(tls, services.trust(), name)
    for name in ("elsewhere.example", "10.1.1.1"):
        with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
            await greet(tls, services.trust(), name)
    with pytest.raises(ssl.SSLCertVerificationError, match=r"unable to get|self.signed"):
        await greet(tls, ssl.create_default_context(), "localhost")


async def test_a_renewed_certificate_reaches_new_connections(
    services: CertificateServices, tls: int
) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        await greet(tls, services.trust(), "192.168.9.9")
    services.names = Names(LAN.hosts, (*LAN.addresses, ipaddress.ip_address("192.168.9.9")))
    assert services.certificates.ensure()
    await greet(tls, services.trust(), "192.168.9.9")


def test_the_authority_is_created_once_and_reused(services: CertificateServices) -> None:
    assert services.certificates.ensure()
    first, authority = services.server(), services.certificates.authority_der()
    assert not services.certificates.ensure()
    assert (services.server(), services.certificates.authority_der()) == (first, authority)
    for name in ("authority.pem", "server.pem"):
        assert stat.S_IMODE((services.folder / name).stat().st_mode) == 0o600
    assert b"PRIVATE" not in authority
    assert first.not_valid_after_utc - first.not_valid_before_utc <= timedelta(days=398)


@pytest.mark.parametrize(
    "later", [timedelta(days=368), timedelta(days=398), timedelta(days=-3)], ids=str
)
def test_one_that_is_nearly_over_over_or_not_yet_good_is_renewed(
    services: CertificateServices, later: timedelta
) -> None:
    services.certificates.ensure(NOW)
    authority, first = services.certificates.authority_der(), services.server()
    assert services.certificates.ensure(NOW + later)
    assert services.server().serial_number != first.serial_number
    assert services.server().not_valid_after_utc > NOW + later
    assert services.certificates.authority_der() == authority


@pytest.mark.parametrize("what", ["names", "damage", "other authority", "half written"])
def test_what_does_not_fit_is_renewed(
    services: CertificateServices, tmp_path: Path, what: str
) -> None:
    services.certificates.ensure()
    first = services.server()
    path = services.folder / "server.pem"
    if what == "names":
        services.names = Names((*LAN.hosts, "tv.local"), LAN.addresses)
    elif what == "damage":
        path.write_bytes(path.read_bytes()[:300] + b"x" + path.read_bytes()[301:])
    elif what == "half written":
        path.write_bytes(path.read_bytes()[:200])
    else:
        other = CertificateServices(tmp_path / "other")
        other.certificates.ensure()
        path.write_bytes((other.folder / "server.pem").read_bytes())
    assert services.certificates.ensure()
    assert services.server().serial_number != first.serial_number
    assert not services.certificates.ensure()


def test_an_authority_near_its_end_is_renewed(services: CertificateServices) -> None:
    services.certificates.ensure(NOW)
    before = (services.folder / "authority.pem").read_bytes()
    assert services.certificates.ensure(NOW + timedelta(days=3630))
    assert (services.folder / "authority.pem").read_bytes() != before


async def test_the_authority_vouches_for_nothing_outside(
    services: CertificateServices, tls: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even somebody who steals its key cannot pass for a bank."""
    monkeypatch.setattr(module, "permitted_names", lambda _, names: names)
    services.names = Names(("bank.example",), (ipaddress.ip_address("93.184.216.34"),))
    assert services.certificates.ensure()
    for name in ("bank.example", "93.184.216.34"):
        with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree"):
            await greet(tls, services.trust(), name)


def test_names_the_authority_may_not_vouch_for_are_left_out(
    services: CertificateServices, caplog: pytest.LogCaptureFixture
) -> None:
    services.certificates.ensure()
    services.names = Names((*LAN.hosts, "films.example.org"), LAN.addresses)
    assert not services.certificates.ensure()
    assert not services.certificates.ensure()
    assert caplog.text.count("films.example.org") == 1
    (services.folder / "authority.pem").unlink()
    assert services.certificates.ensure()
    san = services.server().extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert "films.example.org" in san.get_values_for_type(x509.DNSName)


def https_port(server: Process) -> int:
    def found() -> list[str]:
        return [line for line in server.output if "https://127.0.0.1:" in line]

    server.wait_for(found, "address of HTTPS")
    return int(found()[0].rpartition(":")[2].rstrip("/"))


def test_a_server_serves_both_and_speaks_http_2(videos: Path, tmp_path: Path) -> None:
    with Process(videos, tmp_path / "data") as server:
        port = https_port(server)
        assert server.get("/ping").status == 200
        trust = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        authority = tmp_path / "authority.pem"
        trust.load_verify_locations(tmp_path / "data" / "certificates" / "authority.pem")
        connection = http.client.HTTPSConnection("127.0.0.1", port, context=trust, timeout=10)
        connection.request("GET", "/ping")
        assert connection.getresponse().status == 200
        trust.set_alpn_protocols(["h2"])
        assert asyncio.run(over_http_2(port, trust, "/ping")) == "200"
        assert not authority.exists()


async def over_http_2(port: int, trust: ssl.SSLContext, path: str) -> str:
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", port, ssl=trust, server_hostname="localhost"
    )
    connection = h2.connection.H2Connection()
    connection.initiate_connection()
    names = (("method", "GET"), ("scheme", "https"), ("authority", "localhost"), ("path", path))
    connection.send_headers(1, [(f":{name}", value) for name, value in names], end_stream=True)
    writer.write(connection.data_to_send())
    async with asyncio.timeout(10):
        while True:
            for event in connection.receive_data(await reader.read(65_536)):
                if isinstance(event, h2.events.ResponseReceived):
                    writer.close()
                    return dict(event.headers)[b":status"].decode()
            writer.write(connection.data_to_send())


def test_a_bad_pair_of_the_users_own_stops_the_start(videos: Path, tmp_path: Path) -> None:
    certificate = tmp_path / "mine.pem"
    certificate.write_text("not a certificate")
    settings = {"LVS_HTTPS_CERTIFICATE": str(certificate), "LVS_HTTPS_KEY": str(certificate)}
    server = Process(videos, tmp_path / "data", settings).start(wait=False)
    assert server.wait() == 1
    assert "cannot be used" in server.output[-1]
    del settings["LVS_HTTPS_KEY"]
    server = Process(videos, tmp_path / "data", settings).start(wait=False)
    assert server.wait() == 1
    assert "go together" in server.output[-1]


def test_a_taken_port_costs_https_alone(videos: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = {"LVS_HTTPS_PORT": str(taken.getsockname()[1])}
        with Process(videos, tmp_path / "data", settings) as server:
            assert server.get("/ping").status == 200
            assert any("HTTPS is off" in line for line in server.output)


def test_own_certificates_are_served(videos: Path, tmp_path: Path) -> None:
    mine = CertificateServices(tmp_path / "mine")
    mine.certificates.ensure()
    pair = str(mine.certificates.server_path)
    settings = {"LVS_HTTPS_CERTIFICATE": pair, "LVS_HTTPS_KEY": pair}
    with Process(videos, tmp_path / "data", settings) as server:
        connection = http.client.HTTPSConnection(
            "localhost", https_port(server), context=mine.trust(), timeout=10
        )
        connection.request("GET", "/ping")
        assert connection.getresponse().status == 200
    assert not (tmp_path / "data" / "certificates").exists()


def test_the_chain_keeps_to_the_profile_of_the_web(services: CertificateServices) -> None:
    """RFC 5280 and what the CA/Browser Forum asks, as strictly as it can be had."""
    services.certificates.ensure()
    authority = x509.load_der_x509_certificate(services.certificates.authority_der())
    policy = verification.PolicyBuilder().store(verification.Store([authority]))
    for name in (
        x509.DNSName("lvs.local"),
        x509.IPAddress(ipaddress.ip_address("192.168.7.7")),
    ):
        chain = policy.build_server_verifier(name).verify(services.server(), [])
        assert chain == [services.server(), authority]
    with pytest.raises(verification.VerificationError):
        policy.build_server_verifier(x509.DNSName("nothing.local")).verify(services.server(), [])


def test_a_seek_over_http_2_ends_the_stream_and_not_the_connection(
    videos: Path, tmp_path: Path
) -> None:
    """A browser cancels the request that it no longer wants, and keeps the connection."""
    with (videos / "large.mp4").open("wb") as file:
        file.truncate(300_000_000)
    with Process(videos, tmp_path / "data") as server:
        server.wait_for(server.cards, "the video")
        port = https_port(server)
        trust = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        trust.load_verify_locations(tmp_path / "data" / "certificates" / "authority.pem")
        trust.set_alpn_protocols(["h2"])
        asyncio.run(seek_twice(server, port, trust))


def streaming(server: Process) -> int:
    found = json.loads(server.get("/admin/performance/json").body)
    open_videos: int = found["streams"]["videos"]
    return open_videos


async def seek_twice(server: Process, port: int, trust: ssl.SSLContext) -> None:
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", port, ssl=trust, server_hostname="localhost"
    )
    connection = h2.connection.H2Connection()
    connection.initiate_connection()
    names = ((":method", "GET"), (":scheme", "https"), (":authority", "localhost"))
    path = (":path", "/video/large.mp4")
    for stream, start in ((1, 0), (3, 50_000_000), (5, 200_000_000)):
        headers = [*names, path, ("range", f"bytes={start}-")]
        connection.send_headers(stream, headers, end_stream=True)
        writer.write(connection.data_to_send())
        came = 0
        async with asyncio.timeout(10):
            while came < 60_000:
                for event in connection.receive_data(await reader.read(65_536)):
                    if isinstance(event, h2.events.DataReceived) and event.stream_id == stream:
                        came += len(event.data)
                writer.write(connection.data_to_send())
        connection.reset_stream(stream, 8)  # CANCEL (RFC 9113, section 7)
        connection.increment_flow_control_window(came)
        writer.write(connection.data_to_send())
        await eventually(lambda: asyncio.to_thread(lambda: not streaming(server)))
    writer.close()
