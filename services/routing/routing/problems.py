"""The problems that are routing's own."""

from chassis.http.problems import ProblemType

STATION_UNKNOWN = ProblemType("station_unknown", 404, "There is no such station", "ऐसा कोई थाना नहीं है")
CURSOR_INVALID = ProblemType("cursor_invalid", 400, "The cursor is not one of this list's", "यह कर्सर इस सूची का नहीं है")
PLACE_MISSING = ProblemType(
    "place_missing",
    422,
    "Give a point, a station, a district or a PIN code",
    "कृपया स्थान, थाना, जिला या पिन कोड दें",
)
