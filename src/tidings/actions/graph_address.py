"""Which addresses may stand for Meta's Graph API: a token must not be sent just anywhere."""

import asyncio
import ipaddress
import socket
from typing import Final
from urllib.parse import urlsplit

from tidings.domain.errors import Rejection, invalid
from tidings.providers.meta_graph import graph_base

FIELD: Final = "graphBaseUrl"
MOST_SECONDS: Final = 5.0


async def check_graph_address(address: str | None, *, allow_private: bool) -> str:
    """The address calls begin with; Meta's own when none is given.

    Raises a 400 unless it is https and all its host's addresses are public. `allow_private`
    (TIDINGS_ALLOW_PRIVATE_GRAPH) also takes http and private networks, for the simulator.
    """
    if not address:
        return graph_base()
    address = address.strip().rstrip("/")
    host = _host_of(address, schemes=("https", "http") if allow_private else ("https",))
    if allow_private or address == graph_base():
        return address
    if not all(map(_is_public, await _addresses_of(host))):
        raise _refused(f"{host} is on a private network")
    return address


def _host_of(address: str, *, schemes: tuple[str, ...]) -> str:
    try:
        parts = urlsplit(address)
        host, plain = parts.hostname, not (parts.username or parts.query or parts.fragment)
        _ = parts.port
    except ValueError:
        host, plain = None, False
    if not host or not plain:
        raise invalid(FIELD, f"{FIELD} is not an address such as {graph_base()}.")
    if parts.scheme not in schemes:
        raise _refused("it is not https")
    return host


async def _addresses_of(host: str) -> list[str]:
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(MOST_SECONDS):
            found = await loop.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise invalid(FIELD, f"{FIELD}: there is no host {host}.") from error
    return [str(each[4][0]) for each in found]


def _is_public(address: str) -> bool:
    try:
        return ipaddress.ip_address(address.partition("%")[0]).is_global
    except ValueError:
        return False


def _refused(why: str) -> Rejection:
    return invalid(
        FIELD,
        f"{FIELD} must be a public https address: {why}. To use the simulator, set "
        "TIDINGS_ALLOW_PRIVATE_GRAPH=true.",
        code="graph.address.refused",
    )
