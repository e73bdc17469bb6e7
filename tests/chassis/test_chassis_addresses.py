"""Who asks: the client's address is what our own proxies say, and nothing that a stranger writes."""

from __future__ import annotations

import pytest
from fastapi import APIRouter, Request
from httpx import ASGITransport, AsyncClient
from pydantic import ValidationError

from chassis.http.addresses import client_address, client_network
from chassis.settings import ServiceSettings
from tests.http_app import app_of

GATEWAY = "10.1.2.3"


async def asked(headers: list[tuple[str, str]], *, peer: str = GATEWAY, **settings: object) -> tuple[str, str]:
    """The address and the network that an app behind 10.0.0.0/8 and fd00::/8 sees."""
    router = APIRouter()

    @router.get("/who")
    async def who(request: Request) -> list[str]:
        return [client_address(request), client_network(request)]

    chosen = {"mongo_database": "x", "http_port": 1, "trusted_proxies": "10.0.0.0/8, fd00::/8"} | settings
    app = app_of(router, settings=ServiceSettings.model_validate(chosen))
    async with AsyncClient(transport=ASGITransport(app, client=(peer, 1)), base_url="http://t") as http:
        address, network = (await http.get("/who", headers=headers)).json()
    return address, network


def forwarded(*values: str) -> list[tuple[str, str]]:
    return [("x-forwarded-for", value) for value in values]


@pytest.mark.parametrize(
    ("values", "client"),
    [
        (("203.0.113.9",), "203.0.113.9"),
        (("1.1.1.1, 2.2.2.2, 203.0.113.9",), "203.0.113.9"),
        (("1.1.1.1", "203.0.113.9"), "203.0.113.9"),
        (("203.0.113.9:4711",), "203.0.113.9"),
        (("[2001:db8::1]:4711",), "2001:db8::1"),
        (("2001:db8::1",), "2001:db8::1"),
        (("1.1.1.1, rubbish",), GATEWAY),
        (("1.1.1.1, ",), GATEWAY),
        (("1.1.1.1,unknown",), GATEWAY),
        ((), GATEWAY),
        (("9" * 20_000 + ", 203.0.113.9",), "203.0.113.9"),
    ],
)
async def test_the_last_address_is_the_client(values: tuple[str, ...], client: str) -> None:
    """What stands left of our proxy's word is the client's own, and believed by nobody."""
    assert (await asked(forwarded(*values)))[0] == client


async def test_a_stranger_writes_no_header() -> None:
    """Who comes by himself is who he is, whatever he says."""
    forged = [*forwarded("198.51.100.7"), ("forwarded", "for=198.51.100.7"), ("x-real-ip", "198.51.100.7")]
    assert (await asked(forged, peer="203.0.113.9"))[0] == "203.0.113.9"
    assert (await asked(forged, peer="127.0.0.1", trusted_proxies=""))[0] == "127.0.0.1"


async def test_as_many_proxies_are_passed_as_stand_there() -> None:
    """With one hop even an address of our own network is the client; with two it is a proxy that may speak."""
    chain = forwarded("203.0.113.9, 10.9.9.9")
    assert (await asked(chain))[0] == "10.9.9.9"
    assert (await asked(chain, proxy_hops=2))[0] == "203.0.113.9"
    assert (await asked(forwarded("203.0.113.9, 198.51.100.7"), proxy_hops=2))[0] == "198.51.100.7"


@pytest.mark.parametrize(
    ("value", "client"),
    [
        ("for=1.1.1.1, for=203.0.113.9;proto=https", "203.0.113.9"),
        ('proto=https;For="[2001:db8::1]:80"', "2001:db8::1"),
        ("for=_hidden", GATEWAY),
    ],
)
async def test_the_standard_header_is_read_where_it_is_written(value: str, client: str) -> None:
    """Only the header that the proxies write counts: the other one may come from the client."""
    both = [("forwarded", value), *forwarded("198.51.100.7")]
    assert (await asked(both, forwarded_header="forwarded"))[0] == client


async def test_a_subscriber_of_ipv6_is_counted_by_his_network() -> None:
    """A /64 is one bucket, two are two; an IPv4 address in IPv6's form is an IPv4 address."""
    first = await asked(forwarded("2001:db8:1:2::1"))
    second = await asked(forwarded("2001:db8:1:2:ffff::9"))
    other = await asked(forwarded("2001:db8:1:3::1"))
    assert first[1] == second[1] == "2001:db8:1:2::/64"
    assert other[1] != first[1]
    assert await asked(forwarded("::ffff:203.0.113.9")) == ("203.0.113.9", "203.0.113.9")
    assert await asked(forwarded("64:ff9b::cb00:7109")) == ("203.0.113.9", "203.0.113.9")


@pytest.mark.parametrize("value", ["10.0.0.1/8", "everything", "10.0.0.0/33"])
def test_a_network_that_is_none_is_refused(value: str) -> None:
    """A wrong setting stops the start."""
    with pytest.raises(ValidationError, match="networks"):
        ServiceSettings(mongo_database="x", http_port=1, trusted_proxies=value)
