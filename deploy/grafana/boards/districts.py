"""Where promises are kept and where not: districts, their stations, services of the state."""

from deploy.grafana.boards.shares import ENOUGH_FOR_A_RANK, KEPT, MET, MISSED, share
from deploy.grafana.model import HERE, IN_WINDOW, Board, Panel, Query, Row

DECIDED = f"(sum by (district) ({MET}) + sum by (district) ({MISSED}))"
OF_STATION = 'district=~"$district", station=~"$station"'
STATIONS = f"janseva_sla_station_rounds{{{OF_STATION}}}"
# Two copies of the ledger show the same figure.
BY_STATION = "max by (district, station, clock, outcome)"


def _of_station(outcome: str) -> str:
    chosen = f'janseva_sla_station_rounds{{{OF_STATION}, outcome="{outcome}"}}'
    return f"sum by (district, station) (max by (district, station, clock) ({chosen}))"


DECIDED_THERE = f"({_of_station('met')} + {_of_station('breached')})"

DISTRICTS = Board(
    "districts",
    (
        Row(
            "league",
            (
                Panel(
                    "rank",
                    "bargauge",
                    "percentunit",
                    (
                        Query(
                            f"sort({share('district')} and ({DECIDED} >= {ENOUGH_FOR_A_RANK}))",
                            "{{district}}",
                            instant=True,
                            may_be_empty=True,
                        ),
                    ),
                    height=12,
                    steps=KEPT,
                    top=1,
                ),
                Panel(
                    "counts",
                    "table",
                    "short",
                    (Query(f"sum by (clock, district) ({MET} + {MISSED})", instant=True),),
                    height=12,
                ),
                Panel(
                    "map",
                    "geomap",
                    "percentunit",
                    (
                        Query(
                            f"({share('district')}) * on (district) group_left (latitude, longitude)"
                            " janseva:district_place:info",
                            instant=True,
                        ),
                    ),
                    height=12,
                    steps=KEPT,
                    top=1,
                ),
                Panel(
                    "breaches",
                    "table",
                    "short",
                    (
                        Query(
                            f"sum by (clock, district, level) (janseva:sla_escalated:sum{{{IN_WINDOW}, {HERE}}}) > 0",
                            instant=True,
                        ),
                    ),
                    width=12,
                    height=10,
                ),
                Panel(
                    "overdue",
                    "table",
                    "short",
                    (Query(f"sum by (clock, district) (janseva_sla_clocks_overdue{{{HERE}}})", instant=True),),
                    width=12,
                    height=10,
                ),
            ),
        ),
        Row(
            "stations",
            (
                Panel(
                    "station_rank",
                    "bargauge",
                    "percentunit",
                    (
                        Query(
                            f"bottomk(25, {_of_station('met')} / ({DECIDED_THERE} >= {ENOUGH_FOR_A_RANK}))",
                            "{{station}}",
                            instant=True,
                            may_be_empty=True,
                        ),
                    ),
                    height=14,
                    steps=KEPT,
                    top=1,
                ),
                Panel(
                    "station_counts",
                    "table",
                    "short",
                    (
                        Query(
                            f"topk(200, {BY_STATION} ({STATIONS}))",
                            instant=True,
                        ),
                    ),
                    width=16,
                    height=14,
                ),
            ),
        ),
        Row(
            "services",
            (
                Panel(
                    "service_counts",
                    "table",
                    "short",
                    (
                        Query(
                            "max by (service_code, clock, outcome) (janseva_sla_service_rounds)",
                            instant=True,
                        ),
                    ),
                    width=24,
                    height=10,
                ),
            ),
        ),
    ),
    ("window", "district", "station"),
)
