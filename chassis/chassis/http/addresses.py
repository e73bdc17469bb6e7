"""The client's address behind the proxies we trust, and its network (IPv4 address or IPv6 /64), which limits count."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Final, Literal

from starlette.requests import HTTPConnection

from chassis.settings import ProgramSettings

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
ForwardedHeader = Literal["x-forwarded-for", "forwarded"]

# A subscriber of IPv6 has a /64 or more to choose addresses from.
IPV6_PREFIX: Final = 64
UNKNOWN: Final = "unknown"
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
# The header's last addresses: nobody stands behind so many proxies, and nobody shall make us read 32 kB.
_LAST: Final = 2_000
_FOR: Final = re.compile(r'(?:^|;)\s*for\s*=\s*("[^"]*"|[^;\s]*)', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Proxies:
    """The networks of our own proxies, how many stand in a row at most, and the header in which they write."""

    networks: tuple[Network, ...] = ()
    hops: int = 1
    header: ForwardedHeader = "x-forwarded-for"

    @classmethod
    def of(cls, settings: ProgramSettings) -> Proxies:
        return cls(settings.trusted_networks, settings.proxy_hops, settings.forwarded_header)

    def trusts(self, address: Address) -> bool:
        return any(address in network for network in self.networks)

    def client(self, peer: str | None, values: Sequence[str]) -> Address | None:
        """The nearest address that is not one of our proxies; `values` are the header's lines, in order.

        What stands left of it in the header is the client's own word. None: the peer has no address.
        """
        found = _plain(peer or "")
        if found is None:
            return None
        earlier = _from_the_right(values, self.header)
        for _ in range(self.hops):
            if not self.trusts(found):
                return found
            following = next(earlier, None)
            if following is None:
                return found
            found = following
        return found


def client_address(request: HTTPConnection) -> str:
    """The client's address as text, by the app's trusted proxies; "unknown" without one."""
    found = _client(request)
    return UNKNOWN if found is None else str(found)


def client_network(request: HTTPConnection) -> str:
    """What a limit counts under: an IPv4 address, or the /64 of an IPv6 address."""
    found = _client(request)
    if found is None:
        return UNKNOWN
    if isinstance(found, IPv6Address):
        return str(ipaddress.IPv6Network((found, IPV6_PREFIX), strict=False))
    return str(found)


def _client(request: HTTPConnection) -> Address | None:
    proxies: Proxies = getattr(request.app.state, "proxies", Proxies())
    peer = request.client.host if request.client else None
    return proxies.client(peer, request.headers.getlist(proxies.header))


def _from_the_right(values: Sequence[str], header: ForwardedHeader) -> Iterator[Address]:
    """The header's addresses, the last first; it ends at the first that is none."""
    text = ",".join(values)[-_LAST:]
    for part in reversed(text.split(",")):
        if header == "forwarded":
            match = _FOR.search(part)
            part = match[1].strip('"') if match else ""  # noqa: PLW2901  the address of the element
        found = _plain(part)
        if found is None:
            return
        yield found


def _plain(text: str) -> Address | None:
    """One address, with or without a port, brackets or a zone; IPv4 in IPv6's clothes as IPv4."""
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return found.ipv4_mapped
        if found in _NAT64:
            return IPv4Address(int(found) & 0xFFFFFFFF)
    return found
