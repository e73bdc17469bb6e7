"""Ports on loopback: which the stack wants, which are taken and by whom."""

import asyncio
import socket
from collections.abc import Iterable, Mapping

import psutil

HOST = "127.0.0.1"
DEFAULT_BASE = 8000
# Offsets from the base: with the default base the services answer where their documentation says.
OFFSETS: Mapping[str, int] = {
    "intake": 1,
    "routing": 2,
    "sla-monitor-emergency": 3,
    "notifier": 4,
    "certificate": 5,
    "provider": 9,
    "sla-monitor-routine": 13,
    "mongo": 17,
    "sla-ledger": 23,
    "kafka": 92,
    "kafka-controller": 93,
}


class PortsTaken(Exception):
    """Ports the stack needs are in use; the text names them and the way out."""


def ports_from(base: int) -> dict[str, int]:
    """The ports of a stack at this base."""
    if not 1 <= base <= 65_535 - max(OFFSETS.values()):
        raise ValueError(f"PORT_BASE must lie between 1 and {65_535 - max(OFFSETS.values())}, is {base}")
    return {name: base + offset for name, offset in OFFSETS.items()}


def free_ports() -> dict[str, int]:
    """A free port for each part, all different."""
    sockets = {name: socket.socket() for name in OFFSETS}
    try:
        for one in sockets.values():
            one.bind((HOST, 0))
        return {name: int(one.getsockname()[1]) for name, one in sockets.items()}
    finally:
        for one in sockets.values():
            one.close()


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def require_free(ports: Mapping[str, int], wanted: Iterable[str]) -> None:
    """PortsTaken with every taken port at once."""
    taken = {name: ports[name] for name in wanted if is_taken(ports[name])}
    if taken:
        holders = listening_processes()
        lines = [f"  {port} ({name}): {holders.get(port, 'a process of another user')}" for name, port in taken.items()]
        raise PortsTaken(
            "These ports are taken:\n" + "\n".join(lines) + "\n"
            "Stop what holds them, or choose other ports: `make run PORT_BASE=9000` moves all of them "
            "(intake then answers on 9001), `make run FREE_PORTS=1` takes any free ones."
        )


def is_taken(port: int) -> bool:
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
