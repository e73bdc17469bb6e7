"""Ports of a set differ, runs beside each other share none, and the demo's own queue is not the suite's silence."""

import subprocess
import sys

import httpx

from janseva_local import ports
from janseva_local.demo import client


def test_a_set_of_ports_holds_no_port_twice() -> None:
    """Two draws in a row once gave a broker one port for both of its listeners."""
    drawn = [ports.free_port() for _ in range(50)] + list(ports.free_ports().values())
    assert len(set(drawn)) == len(drawn)


def test_two_runs_beside_each_other_draw_different_ports() -> None:
    """A port drawn by one process is no other's until that one ends, though nobody listens on it yet."""
    first = ports.draw_ports(1)[0]
    program = (
        f"from janseva_local import ports; ports.LOWEST_DRAWN = {first}; ports.first_ephemeral = lambda: {first} + 1\n"
        "try: print(*ports.draw_ports(1))\n"
        "except RuntimeError as error: print(error)"
    )
    other = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert f"fewer than 1 of the ports {first} to {first} are free" in other.stdout


def test_ports_are_drawn_below_those_of_outgoing_connections() -> None:
    """A port that the system may give to a client's connection can be taken at any moment."""
    assert all(ports.LOWEST_DRAWN <= port < ports.first_ephemeral() for port in ports.draw_ports(20))


async def test_a_wait_for_a_connection_of_its_own_uses_up_no_patience() -> None:
    """On a loaded machine the demo's queue for a connection is no fault of the suite."""
    queued = iter([True, True, False])

    def answer(_request: httpx.Request) -> httpx.Response:
        if next(queued):
            raise httpx.PoolTimeout("no connection was free")
        return httpx.Response(200, json={})

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        assert (await client.send(http, client.Call("GET", "http://suite/"), patience_s=0.001)).status_code == 200
