"""Whether the coordinates of a file are WGS84 degrees, however the file spells it.

Positions of a GeoJSON file are longitude, latitude whatever its `crs` says of the order of axes, as every program
writes them; a file in the other order lies outside the state and is turned with a finding (see ground.py).
"""

import re
from collections.abc import Mapping
from typing import Any, Final

LONGEST: Final = 80
TOKENS: Final = re.compile(r"[0-9A-Z]+(?:\.[0-9A-Z]+)*")
VERSION: Final = re.compile(r"0|[0-9]{1,2}(?:\.[0-9]+)+")
# Around the name itself in URNs and addresses: urn:ogc:def:crs:EPSG:6.9:4326, http://www.opengis.net/gml/srs/epsg.xml#4326.
AROUND: Final = re.compile(
    r"URN|X|OGC|DEF|CRS|EPSG(?:\.XML|\.IO)?|HTTPS?|(?:WWW\.)?OPENGIS\.NET|GML|SRS|SPATIALREFERENCE\.ORG|REF|GCS"
)
WGS84: Final = re.compile(r"4326|EPSG4326|CRS84H?|4979|WGS ?(?:19)?84")


def name_of(member: object) -> str:
    """What a `crs` member names, in the ways of GeoJSON 2008, of PROJJSON, or plainly; "" for nothing."""
    if isinstance(member, Mapping):
        named = _of_object(member)
        return _short(member if named is None else named) if member else ""
    return _short(member)


def is_wgs84(name: str) -> bool:
    tokens = TOKENS.findall(name.upper().replace("_", " "))
    rest = [token for token in tokens if not AROUND.fullmatch(token) and not VERSION.fullmatch(token)]
    return WGS84.fullmatch(" ".join(rest)) is not None


def is_wgs84_projection(text: str) -> bool:
    """Whether the text of a shapefile's .prj is WGS84 in degrees and not a projection of it."""
    flat = text.replace("_", "").replace(" ", "").upper()
    return "PROJCS[" not in flat and "PROJCRS[" not in flat and ("WGS1984" in flat or "WGS84" in flat)


def _of_object(member: Mapping[str, Any]) -> object:
    properties = member.get("properties")
    if isinstance(properties, Mapping):
        return next((properties[key] for key in ("name", "code", "href") if properties.get(key)), None)
    identity = member.get("id")
    if isinstance(identity, Mapping):
        return f"{identity.get('authority')}:{identity.get('code')}"
    return member.get("name") if isinstance(member.get("name"), str) else None


def _short(member: object) -> str:
    return "" if member is None else str(member).strip()[:LONGEST]
