"""Who a client is, by its address."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from starlette.datastructures import Headers
from starlette.types import Scope

from gateway.settings import Network

Address = IPv4Address | IPv6Address
UNKNOWN = "unknown"
IPV6_CLIENT_PREFIX = 64


def parsed(text: str) -> Address | None:
    """An address as proxies write it: with or without port and brackets; IPv4 in IPv6 is IPv4."""
    word = text.strip().strip('"')
    if word.startswith("["):
        word = word[1:].partition("]")[0]
    elif word.count(":") == 1:
        word = word.partition(":")[0]
    try:
        address = ip_address(word.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def within(address: Address | None, networks: Iterable[Network]) -> bool:
    """Whether the address lies in one of the networks."""
    return address is not None and any(address in network for network in networks)


def client_of(peer: str | None, forwarded: Sequence[str], proxies: Sequence[Network]) -> str:
    """
    The client behind trusted proxies: the right-most address of X-Forwarded-For that is not a trusted proxy.

    What stands left of it was written by a stranger. An entry that is no address ends the search at the proxy
    that has passed it on.
    """
    address = parsed(peer or "")
    if address is None:
        return UNKNOWN
    hops = [hop for line in forwarded for hop in line.split(",")]
    while hops and within(address, proxies):
        hop = parsed(hops.pop())
        if hop is None:
            break
        address = hop
    return str(address)


def client_address_of(scope: Scope, proxies: Sequence[Network]) -> str:
    """The client of an ASGI scope."""
    client = scope.get("client")
    forwarded = Headers(scope=scope).getlist("x-forwarded-for")
    return client_of(client[0] if client else None, forwarded, proxies)


def allowance_of(address: str) -> str:
    """What shares one allowance: an IPv4 address, or the /64 that an IPv6 client has to itself."""
    found = parsed(address)
    if isinstance(found, IPv6Address):
        return str(ip_network((found, IPV6_CLIENT_PREFIX), strict=False))
    return address
