# ruff: noqa: N803 - UPnP's names
"""A DLNA media server over the same library, for Skybox, Pigasus, televisions and the like.

Without `from __future__ import annotations`: async-upnp-client reads the annotations of actions.
"""

import asyncio
import contextlib
import logging
import socket
import time
import uuid
from collections.abc import Callable, Sequence
from typing import Any
from xml.etree import ElementTree as ET

from async_upnp_client.client import UpnpRequester
from async_upnp_client.const import DeviceInfo, ServiceInfo
from async_upnp_client.exceptions import UpnpActionError, UpnpError
from async_upnp_client.server import (
    UpnpServerDevice,
    UpnpServerService,
    callable_action,
    create_event_var,
    create_state_var,
)

from lvs import __version__
from lvs.config import ServerConfig
from lvs.dlna import content_directory, didl
from lvs.dlna.guarded_server import GuardedServer, GuardedService
from lvs.errors import InvalidInputError, NotFoundError
from lvs.folders import Folders
from lvs.network.addresses import (
    CHECK_EVERY_S,
    Address,
    Addresses,
    OwnHosts,
    Ports,
    follow_addresses,
)
from lvs.store import Store
from lvs.viewer import Viewer

log = logging.getLogger(__name__)

NOTIFY_EVERY_S = 2.0
MAX_INDEX = 2**31 - 1  # clients send any number; SQLite's integers have a limit
NO_SUCH_OBJECT = 701  # ContentDirectory:1, 2.7.4.4


class ConnectionManager(GuardedService):
    SERVICE_DEFINITION = ServiceInfo(
        service_id="urn:upnp-org:serviceId:ConnectionManager",
        service_type="urn:schemas-upnp-org:service:ConnectionManager:1",
        control_url="/connections/control",
        event_sub_url="/connections/events",
        scpd_url="/connections.xml",
        xml=ET.Element("service"),
    )
    STATE_VARIABLE_DEFINITIONS = {  # noqa: RUF012 - the library's way
        "SourceProtocolInfo": create_event_var("string", default=""),
        "SinkProtocolInfo": create_event_var("string", default=""),
        "CurrentConnectionIDs": create_event_var("string", default="0"),
    }

    @callable_action(
        "GetProtocolInfo", {}, {"Source": "SourceProtocolInfo", "Sink": "SinkProtocolInfo"}
    )
    async def protocols(self) -> dict[str, str]:
        return {"Source": ",".join(didl.protocol_infos()), "Sink": ""}

    @callable_action("GetCurrentConnectionIDs", {}, {"ConnectionIDs": "CurrentConnectionIDs"})
    async def connections(self) -> dict[str, str]:
        return {"ConnectionIDs": "0"}


class ContentDirectory(GuardedService):
    """`read` asks the store; `base` is the address of the videos."""

    read: Callable[..., Any]
    viewer: Viewer
    folders: Folders
    base: str

    SERVICE_DEFINITION = ServiceInfo(
        service_id="urn:upnp-org:serviceId:ContentDirectory",
        service_type="urn:schemas-upnp-org:service:ContentDirectory:1",
        control_url="/directory/control",
        event_sub_url="/directory/events",
        scpd_url="/directory.xml",
        xml=ET.Element("service"),
    )
    STATE_VARIABLE_DEFINITIONS = {  # noqa: RUF012
        "SystemUpdateID": create_event_var("ui4", default="0"),
        "SearchCapabilities": create_state_var("string", default=""),
        "SortCapabilities": create_state_var("string", default=""),
        "A_ARG_TYPE_ObjectID": create_state_var("string"),
        "A_ARG_TYPE_BrowseFlag": create_state_var(
            "string", allowed=["BrowseMetadata", "BrowseDirectChildren"]
        ),
        "A_ARG_TYPE_Filter": create_state_var("string"),
        "A_ARG_TYPE_SortCriteria": create_state_var("string"),
        "A_ARG_TYPE_Index": create_state_var("ui4"),
        "A_ARG_TYPE_Count": create_state_var("ui4"),
        "A_ARG_TYPE_UpdateID": create_state_var("ui4"),
        "A_ARG_TYPE_Result": create_state_var("string"),
    }

    @callable_action("GetSearchCapabilities", {}, {"SearchCaps": "SearchCapabilities"})
    async def search_capabilities(self) -> dict[str, str]:
        return {"SearchCaps": ""}

    @callable_action("GetSortCapabilities", {}, {"SortCaps": "SortCapabilities"})
    async def sort_capabilities(self) -> dict[str, str]:
        return {"SortCaps": ""}

    @callable_action("GetSystemUpdateID", {}, {"Id": "SystemUpdateID"})
    async def update_id(self) -> dict[str, int]:
        return {"Id": self.state_variable("SystemUpdateID").value or 0}

    @callable_action(
        "Browse",
        {
            "ObjectID": "A_ARG_TYPE_ObjectID",
            "BrowseFlag": "A_ARG_TYPE_BrowseFlag",
            "Filter": "A_ARG_TYPE_Filter",
            "StartingIndex": "A_ARG_TYPE_Index",
            "RequestedCount": "A_ARG_TYPE_Count",
            "SortCriteria": "A_ARG_TYPE_SortCriteria",
        },
        {
            "Result": "A_ARG_TYPE_Result",
            "NumberReturned": "A_ARG_TYPE_Count",
            "TotalMatches": "A_ARG_TYPE_Count",
            "UpdateID": "A_ARG_TYPE_UpdateID",
        },
    )
    async def browse(
        self,
        ObjectID: str,
        BrowseFlag: str,
        Filter: str,
        StartingIndex: int,
        RequestedCount: int,
        SortCriteria: str,
    ) -> dict[str, Any]:
        start, count = (min(max(n, 0), MAX_INDEX) for n in (StartingIndex, RequestedCount))
        try:
            if BrowseFlag == "BrowseMetadata":
                found = [
                    await self.read(content_directory.entry, self.viewer, self.folders, ObjectID)
                ]
                total = 1
            else:
                found, total = await self.read(
                    content_directory.children,
                    self.viewer,
                    self.folders,
                    ObjectID,
                    start,
                    count,
                )
        except (NotFoundError, InvalidInputError, UnicodeError) as error:  # bytes that are no text
            raise UpnpActionError(error_code=NO_SUCH_OBJECT, error_desc=str(error)) from error
        return {
            "Result": await asyncio.to_thread(didl.document, found, self.base),
            "NumberReturned": len(found),
            "TotalMatches": total,
            "UpdateID": self.state_variable("SystemUpdateID").value or 0,
        }


def device_class(
    config: ServerConfig, viewer: Viewer, store: Store, folders: Folders, base: str, name: str
) -> type[UpnpServerDevice]:
    """A media server over a library; the library wants classes."""
    read: Any = store.read
    reads = {
        "read": staticmethod(read),
        "viewer": viewer,
        "folders": folders,
        "base": base,
    }
    content: Any = type("Content", (ContentDirectory,), reads)
    where = f"{socket.gethostname()} {config.data_directory}"

    class MediaServer(UpnpServerDevice):
        DEVICE_DEFINITION = DeviceInfo(
            device_type="urn:schemas-upnp-org:device:MediaServer:1",
            friendly_name=name,
            manufacturer="Local Video Server",
            manufacturer_url=None,
            model_description="A personal video library",
            model_name="Local Video Server",
            model_number=__version__,
            model_url=None,
            serial_number=None,
            udn=f"uuid:{uuid.uuid5(uuid.NAMESPACE_DNS, where)}",
            upc=None,
            presentation_url=f"{base}/",
            url="/device.xml",
            icons=[],
            xml=ET.Element("device"),
        )
        EMBEDDED_DEVICES: Sequence[type[UpnpServerDevice]] = ()
        SERVICES: Sequence[type[UpnpServerService]] = (content, ConnectionManager)

        def __init__(
            self, requester: UpnpRequester, base_uri: str, boot_id: int = 1, config_id: int = 1
        ) -> None:
            super().__init__(requester, base_uri, boot_id, config_id)

    return MediaServer


class DlnaServer:
    """A media server on each address of this machine. It restarts when they change."""

    def __init__(
        self,
        config: ServerConfig,
        viewer: Viewer,
        store: Store,
        folders: Folders,
        ports: Ports,
        addresses: Callable[[], Addresses],
        port: int,
    ) -> None:
        self._config = config
        self._viewer = viewer
        self._store = store
        self._folders = folders
        self._ports = ports
        self._addresses = addresses
        self._port = port
        self._hosts = OwnHosts(config.allowed_hosts)
        self.locations: list[str] = []

    async def run(self) -> None:
        """Serve, and restart whenever the addresses change."""
        what, failures = "DLNA media server", (OSError, UpnpError)
        await follow_addresses(what, self._ports, self._addresses, self._serve, failures)

    async def _serve(self, addresses: Addresses) -> None:
        """Until the addresses are others. Raises OSError or UpnpError when none can be served."""
        async with contextlib.AsyncExitStack() as stack:
            devices: dict[Address, UpnpServerDevice] = {}
            notified, again_at = -1, 0.0
            while self._addresses() == addresses:
                if len(devices) < len(addresses) and time.monotonic() >= again_at:
                    again_at = time.monotonic() + CHECK_EVERY_S
                    await self._start_missing(stack, addresses, devices)
                if notified != self._store.last_event_id:
                    notified = self._store.last_event_id
                    for device in devices.values():
                        content = device.service(ContentDirectory.SERVICE_DEFINITION.service_type)
                        content.state_variable("SystemUpdateID").value = notified % 2**32
                await asyncio.sleep(NOTIFY_EVERY_S)

    async def _start_missing(
        self,
        stack: contextlib.AsyncExitStack,
        addresses: Addresses,
        devices: dict[Address, UpnpServerDevice],
    ) -> None:
        """One address that cannot be served costs no other. Raises when none can."""
        before, failures = len(devices), []
        for address in addresses:
            if address not in devices:
                try:
                    devices[address] = await self._start(stack, str(address))
                except (OSError, UpnpError) as error:
                    failures.append(error)
                    log.debug("No DLNA media server at %s: %s", address, error)
        if not devices:
            raise failures[0]
        if len(devices) > before:
            log.info("A DLNA media server, at %s", ", ".join(self.locations))

    async def _start(self, stack: contextlib.AsyncExitStack, address: str) -> UpnpServerDevice:
        port = self._port or _free_port(address)
        base = f"http://{address}:{self._ports.http}"
        name = f"Local Video Server on {socket.gethostname().partition('.')[0]}"
        made = device_class(self._config, self._viewer, self._store, self._folders, base, name)
        server = GuardedServer(made, address, port, self._hosts)
        async with contextlib.AsyncExitStack() as starting:
            starting.push_async_callback(server.async_stop)
            await server.async_start()
            stack.push_async_exit(starting.pop_all())
        location = f"{server.base_uri}/device.xml"
        self.locations.append(location)
        stack.callback(self.locations.remove, location)
        return server.device


def _free_port(address: str) -> int:
    with socket.create_server((address, 0)) as found:
        port: int = found.getsockname()[1]
        return port
