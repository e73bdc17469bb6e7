"""Sub-divisions as the stations' rows name them, each with the office of its police officer (SDPO)."""

import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from string import capwords
from typing import Final, Self

from routing.domain.model import Office, PoliceDistrict, StationRecord

SDPO: Final = "SDPO"
SDPO_OFFICE: Final = "SDPO Office, "
SDPO_OFFICE_HI: Final = "अनुमंडल पुलिस पदाधिकारी कार्यालय, "
NOT_IN_A_CODE: Final = re.compile(r"[^a-z0-9]+")
LONGEST_NAME: Final = 24


@dataclass(frozen=True, slots=True)
class SubDivision:
    """The stations of one sub-division, by code, and the office that supervises them."""

    office: Office
    stations: tuple[str, ...]


class SubDivisions:
    """By station and by the office's code. A station whose row names no sub-division has none."""

    def __init__(self, found: Iterable[SubDivision]) -> None:
        self.by_code: Mapping[str, SubDivision] = {row.office.code: row for row in found}
        self._of_station = {code: row for row in self.by_code.values() for code in row.stations}

    @classmethod
    def of(cls, stations: Iterable[StationRecord], police_districts: Mapping[str, PoliceDistrict]) -> Self:
        """One for each name within a police district, however its letters and spaces are written."""
        grouped: dict[tuple[str, str], list[StationRecord]] = {}
        for station in sorted(stations, key=lambda item: item.code):
            name = _folded(station.sub_division)
            if name and station.police_district in police_districts:
                grouped.setdefault((station.police_district, name), []).append(station)
        return cls(_sub_division(police_districts[district], rows) for (district, _), rows in sorted(grouped.items()))

    def of_station(self, code: str) -> SubDivision | None:
        return self._of_station.get(code)


def _sub_division(district: PoliceDistrict, rows: list[StationRecord]) -> SubDivision:
    name = capwords(rows[0].sub_division)
    code = f"sdpo-{district.code}-{_slug(_folded(name))}"
    office = Office(code, f"{SDPO_OFFICE}{name}", rows[0].district, district.name, SDPO, f"{SDPO_OFFICE_HI}{name}")
    return SubDivision(office, tuple(row.code for row in rows))


def _slug(folded: str) -> str:
    """The part of an office's code: the name itself if it is Latin and short, else a number made from it."""
    return folded if folded.isascii() and len(folded) <= LONGEST_NAME else f"{zlib.crc32(folded.encode()):08x}"


def _folded(name: str) -> str:
    """The same for every way to write a name: 'Patna City', 'PATNA  CITY' and 'patna-city'."""
    text = " ".join(name.split()).casefold()
    return NOT_IN_A_CODE.sub("-", text).strip("-") if text.isascii() else text
