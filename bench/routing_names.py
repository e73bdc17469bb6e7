"""How often the rule table writes a station's Hindi name as its witnesses do, on the names that the project ships."""

from typing import Final

from bench.routing_replay import Figure
from routing.dataset import load_shipped
from routing.domain import NameOrigin
from routing.naming.accuracy import Tried, at_least, held_out
from routing.naming.names import LEAST_RULE

# What the figures must be at least; a name that the table is not sure of stays Latin.
OF_ALL, OF_SURE = 0.4, 0.75
SHOWN: Final = (0.0, 0.5, 0.7, LEAST_RULE, 0.95)


def tried() -> list[Tried]:
    stations = load_shipped().stations
    return held_out((row.name_source, row.name_hi) for row in stations if row.name_hi_origin is NameOrigin.WITNESSED)


def names() -> list[Figure]:
    """Each name by a table that was learned without it."""
    rows = tried()
    found = []
    for confidence in SHOWN:
        one = at_least(rows, confidence)
        least = OF_SURE if confidence >= LEAST_RULE else OF_ALL if not confidence else 0.0
        name = f"Hindi names by rule: right where the table is {confidence:.0%} sure ({one.share:.0%} of all)"
        found.append(Figure(name, one.right, least, round(one.share * len(rows))))
    return found
