"""Routing's calls, as OpenAPI describes them."""

from typing import Final

from chassis.http.openapi import Answer, Description
from routing.problems import CURSOR_INVALID, PLACE_MISSING, STATION_UNKNOWN

_PLACE: Final = {"lat": "Latitude, WGS84 degrees.", "lon": "Longitude, WGS84 degrees."}

STATIONS: Final = Description(
    "list_stations",
    "Stations, by district, kind, or name",
    "The directory, by name in Hindi or English in any usual spelling. Public.",
    (Answer(200, "A page"),),
    problems=(CURSOR_INVALID,),
    parameters={
        "q": "A name, or its beginning: `पटना`, `patna`.",
        "district": "A district, in Hindi or English.",
        "kind": "Only stations of this kind.",
        "limit": "How many at most.",
        "cursor": "`next_cursor` of the page before.",
    },
    stored=False,
)
NEAREST: Final = Description(
    "list_nearest_stations",
    "The nearest stations whose place is known",
    "By the straight distance; coordinates that were swapped are turned back, and `notes` says so.",
    (Answer(200, "The nearest first"),),
    parameters={**_PLACE, "n": "How many."},
    stored=False,
)
STATION: Final = Description(
    "read_station",
    "One station",
    "By its code, in any digits.",
    (Answer(200, "The station"),),
    problems=(STATION_UNKNOWN,),
    parameters={"code": "The station's code."},
    stored=False,
)
OFFICERS: Final = Description(
    "list_officers",
    "The posts that answer for an office, with the office's telephone",
    "Posts, never people. For officers and other programs.",
    (Answer(200, "The posts"),),
    problems=(STATION_UNKNOWN,),
    parameters={"station": "The office's code."},
    stored=False,
)
ROUTE: Final = Description(
    "explain_route",
    "Where a submission from a place would go, and why",
    "The decision as an assignment would carry it, in words and as GeoJSON. It needs a point, or a named station, a "
    "district or a pincode.",
    (Answer(200, "The decision"),),
    problems=(PLACE_MISSING,),
    parameters={
        **_PLACE,
        "accuracy_m": "The radius that the device told, in metres.",
        "service_code": "The service; `emergency-112` for an emergency.",
        "category": "The submission's category, which may lead to a special unit.",
        "against_police": "Whether it is a complaint against police.",
        "named_station": "The station that the citizen named.",
        "district": "The citizen's district.",
        "pincode": "Six digits.",
    },
    stored=False,
)
