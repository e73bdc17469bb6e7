"""Ports on loopback: which the stack wants, which are taken and by whom."""

import asyncio
import fcntl
import os
import random
import socket
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import IO

import psutil

HOST = "127.0.0.1"
DEFAULT_BASE = 8000
# Ports are drawn below those that the system gives to outgoing connections, and above those of well-known servers.
LOWEST_DRAWN = 10_240
EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")
FIRST_EPHEMERAL = 32_768  # where the system does not say
TRIES = 3  # of a start whose ports another program took between the drawing and the listening
# Offsets from the base: with the default base the services answer where their documentation says.
OFFSETS: Mapping[str, int] = {
    "web": 0,
    "intake": 1,
    "routing": 2,
    "sla-monitor-emergency": 3,
    "notifier": 4,
    "certificate": 5,
    "issuer": 7,
    "provider": 9,
    "clamd": 10,
    "sla-monitor-routine": 13,
    "mongo": 17,
    "sla-ledger": 23,
    "kafka": 92,
    "kafka-controller": 93,
}


class PortsInUse(Exception):
    """Ports the stack needs are in use; the text names them and the way out."""


def ports_from(base: int) -> dict[str, int]:
    """The ports of a stack at this base."""
    if not 1 <= base <= 65_535 - max(OFFSETS.values()):
        raise ValueError(f"PORT_BASE must lie between 1 and {65_535 - max(OFFSETS.values())}, is {base}")
    return {name: base + offset for name, offset in OFFSETS.items()}


def free_ports() -> dict[str, int]:
    """A free port for each part, all different and not drawn by another run."""
    return dict(zip(OFFSETS, draw_ports(len(OFFSETS)), strict=True))


def free_port() -> int:
    (port,) = draw_ports(1)
    return port


def draw_ports(count: int) -> list[int]:
    """Ports that nobody listens on, reserved for this process until it ends: no later draw gives them again.

    The sockets of a set are held until the set is whole. RuntimeError if there are not enough.
    """
    drawn: list[int] = []
    with ExitStack() as held:
        candidates = range(LOWEST_DRAWN, first_ephemeral())
        for port in random.sample(candidates, len(candidates)):
            if len(drawn) == count:
                return drawn
            if port not in _RESERVED and _bound(port, held) and _reserve(port):
                drawn.append(port)
    raise RuntimeError(f"fewer than {count} of the ports {candidates.start} to {candidates.stop - 1} are free")


_RESERVED: set[int] = set()


def _bound(port: int, held: ExitStack) -> bool:
    probe = held.enter_context(socket.socket())
    try:
        probe.bind((HOST, port))
    except OSError:
        return False
    return True


def _reserve(port: int) -> bool:
    """Lock the port's byte of a file that all runs of this user share; the system frees it when the process ends."""
    try:
        fcntl.lockf(_reservations(), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
    except OSError:
        return False
    _RESERVED.add(port)
    return True


@cache
def _reservations() -> IO[bytes]:
    return (Path(tempfile.gettempdir()) / f"janseva-ports-{os.getuid()}").open("ab")


def first_ephemeral() -> int:
    try:
        return int(EPHEMERAL.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return FIRST_EPHEMERAL


def require_free(ports: Mapping[str, int], wanted: Iterable[str]) -> None:
    """PortsTaken with every taken port at once."""
    busy = {name: ports[name] for name in wanted if in_use(ports[name])}
    if busy:
        holders = listening_processes()
        lines = [f"  {port} ({name}): {holders.get(port, 'a process of another user')}" for name, port in busy.items()]
        raise PortsInUse(
            "These ports are taken:\n" + "\n".join(lines) + "\n"
            "Stop what holds them, or choose other ports: `make run PORT_BASE=9000` moves all of them "
            "(intake then answers on 9001), `make run FREE_PORTS=1` takes any free ones."
        )


def in_use(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port in TIME_WAIT is not taken
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
    return False


def listening_processes() -> dict[int, str]:
    """Who listens on each port, as far as this user may know."""
    holders: dict[int, str] = {}
    for process in psutil.process_iter():
        try:
            for connection in process.net_connections(kind="tcp"):
                if connection.status == psutil.CONN_LISTEN and connection.laddr:
                    command = " ".join(process.cmdline()) or process.name()
                    holders[connection.laddr.port] = f"process {process.pid}: {command[:90]}"
        except (psutil.AccessDenied, psutil.NoSuchProcess):
            continue
    return holders


async def port_answers(host: str, port: int) -> bool:
    """Whether something accepts connections there."""
    try:
        _, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    writer.close()
    return True
