"""Faults of settings in production: development values, keys that are weak or serve twice. Each is a sentence."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import itertools
import json
import re
import socket
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

KEY_BYTES: Final = 32
_FEWEST_DIFFERENT: Final = 12
_DEVELOPMENT_KEY_IDS: Final = frozenset({"officer-local"})
ANY_ORIGIN: Final = "*"
_ORIGIN: Final = re.compile(r"https?://(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::[0-9]{1,5})?")
DEVELOPMENT_ISSUERS: Final = frozenset({"janseva-local", "janseva-intake"})


def key_faults(secrets: Mapping[str, str]) -> Iterator[str]:
    """`secrets` by the names of their settings: each drawn at random, of full length, and for one purpose alone.

    A key is in base64; a token or a password may be any text of at least 32 characters. No fault quotes a value.
    """
    by_value: dict[bytes, list[str]] = defaultdict(list)
    for name, text in secrets.items():
        raw = _bytes_of(text)
        by_value[raw].append(name)
        weakness = weakness_of(raw)
        if weakness is not None:
            yield f"{name} {weakness}"
    for names in by_value.values():
        if len(names) > 1:
            yield f"{' and '.join(names)} are the same key: each purpose needs its own"


def ring_of(text: str) -> dict[str, str]:
    """The keys of a ring by what to call them; empty if it is no ring (its own validator says so)."""
    try:
        parsed = json.loads(text)
    except ValueError:
        return {}
    return {f"SEALING_KEYS[{month}]": str(key) for month, key in parsed.items()} if isinstance(parsed, dict) else {}


def weakness_of(raw: bytes) -> str | None:
    """Why these bytes were not drawn at random; None if they may have been."""
    if len(raw) < KEY_BYTES:
        return f"has {len(raw)} bytes, and needs {KEY_BYTES}"
    if any(raw == (raw[:period] * len(raw))[: len(raw)] for period in range(1, len(raw) // 2 + 1)):
        return "repeats itself, as a key of zeros does"
    if len({(later - earlier) % 256 for earlier, later in itertools.pairwise(raw)}) == 1:
        return "is a row of numbers"
    if len(set(raw)) < _FEWEST_DIFFERENT:
        return "was not drawn at random: too few of its bytes differ"
    if len(raw) == KEY_BYTES and all(32 <= byte < 127 for byte in raw):
        return "is a text, not a key drawn at random"
    return None


def address_faults(name: str, url: str, *, secure: bool = False) -> Iterator[str]:
    """`secure`: only https will do."""
    parts = urlsplit(url if "//" in url else f"//{url}")
    if secure and parts.scheme != "https":
        yield f"{name} must begin with https://"
    hosts = [host for place in parts.netloc.rpartition("@")[2].split(",") if (host := _host(place))]
    if not hosts or any(is_this_machine(host) for host in hosts):
        yield f"{name} is an address of this machine, as in development"


def is_this_machine(host: str) -> bool:
    """Loopback or the unspecified address, however it is spelled."""
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        found = ipaddress.ip_address(name)
    except ValueError:
        try:
            # 127.1, 0x7f000001 and the like are read by every resolver.
            found = ipaddress.ip_address(socket.inet_aton(name))
        except (OSError, UnicodeEncodeError):
            return False
    plain = getattr(found, "ipv4_mapped", None) or found
    return bool(plain.is_loopback or plain.is_unspecified)


def issuer_faults(issuer: str, url: str | None, file: Path | None) -> Iterator[str]:
    """The officers' issuer is a real one, reached safely."""
    if issuer in DEVELOPMENT_ISSUERS or not issuer:
        yield "OFFICER_ISSUER is the development one"
    if url is None and file is None:
        yield "OFFICER_JWKS_URL is empty"
    if url is not None:
        yield from address_faults("OFFICER_JWKS_URL", url, secure=True)
    if file is not None and _holds_development_key(file):
        yield "OFFICER_JWKS_FILE holds the development key"


def network_faults(name: str, networks: Iterable[ipaddress.IPv4Network | ipaddress.IPv6Network]) -> Iterator[str]:
    """A network of proxies is ours, not half the internet."""
    for network in networks:
        if network.prefixlen < 8:
            yield f"{name} trusts {network}: that is everybody"


def origins_of(text: str) -> tuple[str, ...]:
    """The origins of a setting such as "https://janseva.example,https://app.example". Errors: ValueError."""
    found = tuple(part.strip() for part in text.split(",") if part.strip())
    if any(one != ANY_ORIGIN and not _ORIGIN.fullmatch(one) for one in found):
        raise ValueError("must be origins such as https://app.example:8443, parted by commas, without a path")
    return found


def origin_faults(name: str, origins: Iterable[str]) -> Iterator[str]:
    """A page that may call is a known one, and came over https."""
    for origin in origins:
        if origin == ANY_ORIGIN:
            yield f"{name} lets every web page call"
        else:
            yield from address_faults(name, origin, secure=True)


def _holds_development_key(file: Path) -> bool:
    try:
        keys = json.loads(file.read_text())["keys"]
        return any(key.get("kid") in _DEVELOPMENT_KEY_IDS or "d" in key for key in keys)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        # It is not there yet, or no key set: officers' tokens are refused until it is.
        return False


def _bytes_of(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return text.encode()
    # A short word may happen to be base64.
    return raw if len(raw) >= KEY_BYTES or len(text) < KEY_BYTES else text.encode()


def _host(place: str) -> str:
    if place.startswith("["):
        return place[1:].partition("]")[0]
    return place.partition(":")[0]
