"""Officers as tokens say them, and the cases that are theirs to see."""

import pytest
from pydantic import ValidationError

from event_schemas.officers import Officer, OfficerRole, is_in_charge


def officer(role: str, **more: str) -> Officer:
    posts = {"sdpo": "SDPO:x", "sp": "SP:ARARIA", "hq": "HQ:control-room", "dispatcher": "HQ:control-room"}
    return Officer.model_validate({"sub": "o", "role": role, "post": posts.get(role, "SHO:1")} | more)


def test_an_officer_is_in_charge_of_his_own() -> None:
    """Stations see theirs, districts theirs but not what lies above them, dispatchers emergencies, HQ all."""
    here = {"emergency": False, "station": "1", "police_district": "Araria"}
    at_sp = {"emergency": False, "station": "ARARIA", "police_district": "ARARIA"}
    nobody = {"emergency": True, "station": None, "police_district": None}
    sho, other = officer("sho", station="1"), officer("io", station="2")
    sdpo, sp, hq = officer("sdpo", district="ARARIA"), officer("sp", district="araria"), officer("hq")
    away, dispatcher = officer("sp", district="GAYA"), officer("dispatcher")
    asked = (sho, other, sdpo, sp, away, dispatcher, hq)
    assert [is_in_charge(one, **here) for one in asked] == [True, False, True, True, False, False, True]  # type: ignore[arg-type]
    assert [is_in_charge(one, **at_sp) for one in asked] == [False, False, False, True, False, False, True]  # type: ignore[arg-type]
    assert [is_in_charge(one, **nobody) for one in asked] == [False, False, False, False, False, True, True]  # type: ignore[arg-type]


def test_an_officers_token_names_its_place() -> None:
    """Without its district an SDPO is nobody."""
    with pytest.raises(ValidationError):
        Officer(sub="x", role=OfficerRole.SDPO, post="SDPO:x")
