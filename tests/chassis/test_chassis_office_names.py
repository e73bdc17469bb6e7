"""An office is named in the script of the text, where its name is known in it."""

import pytest

from chassis.http.problems import Language
from chassis.sentences import CodeNames, Facts, Values

CODE_NAMES = CodeNames.load()
STATION = {"officer_post": "SHO:5140003", "station": "Araria", "station_hi": "अररिया", "police_district": "ARARIA"}
OFFICE = {
    "officer_post": "SP:ARARIA",
    "station": "SP Office, Araria",
    "station_hi": "पुलिस अधीक्षक कार्यालय, अररिया",
    "police_district": "ARARIA",
}


@pytest.mark.parametrize(
    ("facts", "language", "name"),
    [
        (STATION, "hi", "अररिया थाना"),
        (STATION, "en", "Araria police station"),
        ({**STATION, "station_hi": ""}, "hi", "Araria थाना"),
        (OFFICE, "hi", "पुलिस अधीक्षक कार्यालय, अररिया"),
        (OFFICE, "en", "SP office, Araria"),
        ({**OFFICE, "station_hi": ""}, "hi", "पुलिस अधीक्षक कार्यालय, Araria"),
    ],
)
def test_an_office_is_named_in_the_script_of_the_text(facts: Facts, language: Language, name: str) -> None:
    """A Hindi text has the Hindi name; without one the name as it is known, never a made-up one."""
    assert Values(facts, CODE_NAMES, language)["office"] == name
