"""Where the services of a suite answer for their health."""

from typing import Final, NamedTuple
from urllib.parse import urlsplit


class Place(NamedTuple):
    """A process of a service and the URL of its health and metrics, without a path."""

    name: str
    url: str

    @property
    def shown(self) -> str:
        """Without a user or a password."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")


# The ports of a suite on one machine.
LOCAL: Final = tuple(
    Place(name, f"http://127.0.0.1:{port}")
    for name, port in (
        ("web", 8000),
        ("intake", 8001),
        ("routing", 8002),
        ("sla-monitor-emergency", 8003),
        ("sla-monitor-routine", 8013),
        ("sla-ledger", 8023),
        ("notifier", 8004),
        ("certificate", 8005),
    )
)


def place(text: str) -> Place:
    """`intake=http://intake:8080`. Raises ValueError, which quotes nothing: an URL may hold a password."""
    name, _, url = text.partition("=")
    try:
        parts = urlsplit(url)
        valid = bool(name) and parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        valid = False
    if not valid:
        raise ValueError("must be like intake=http://intake:8080")
    return Place(name, url.rstrip("/"))
