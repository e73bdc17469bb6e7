"""Who sees a case at the desk: every route, for every role and place, over every kind of secret and each moment."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

import pytest

from event_schemas import Station, ids
from intake.auth import Principal, actor_of
from intake.case.derived import derive
from intake.case.model import CertificateRecord
from intake.case.scope import OFFICER_ROLES, STATION_ROLES
from intake.case.states import State
from intake.commands.table import DESK_COMMANDS, TABLE, Act
from intake.desk.live import Scope, keys_of
from tests.intake.intake_rig import (
    COMPLAINT,
    COUNTER,
    DISPATCHER,
    OTHER_SHO,
    OTHER_STATION,
    SHO,
    SP,
    STATION,
    TOKENS,
    Rig,
    assigned,
)

FAR_STATION = Station(code="5117001", name="KOTWALI", district="Patna", police_district="PATNA")
SP_OFFICE = Station(code="ARARIA", name="SP Office, Araria", district="Araria", police_district="ARARIA")
RANGE = Station(code="bihar", name="Police Headquarters, Bihar", district="Bihar", police_district="Bihar")
IO = Principal("dev-io", "io", None, "SHO:5140003", "5140003", "ARARIA")
SDPO = Principal("dev-sdpo", "sdpo", None, "SDPO:ARARIA", None, "ARARIA")
FAR_SHO = Principal("dev-sho-far", "sho", None, "SHO:5117001", "5117001", "PATNA")
FAR_SP = Principal("dev-sp-far", "sp", None, "SP:PATNA", None, "PATNA")
HQ = Principal("dev-hq", "hq", None, "HQ:control-room")
OFFICERS = (SHO, IO, COUNTER, OTHER_SHO, FAR_SHO, SDPO, SP, FAR_SP, DISPATCHER, HQ)
TOKENS |= {officer.sub: officer for officer in OFFICERS}
OWN = (SHO, IO, COUNTER)

MOMENTS: Final = ("filed", "assigned", "transfer requested", "moved")
Offices = tuple[tuple[Station, str], tuple[Station, str]]
AT_STATION: Offices = ((STATION, "SHO:5140003"), (OTHER_STATION, "SHO:5140012"))
AT_SP: Offices = ((SP_OFFICE, "SP:ARARIA"), (OTHER_STATION, "SHO:5140012"))
AT_RANGE: Offices = ((RANGE, "DIG:bihar"), (FAR_STATION, "SHO:5117001"))
POLICE = {"against_police": True}
KINDS: Final[Mapping[str, tuple[str | None, Mapping[str, Any], Offices]]] = {
    "ordinary": ("5140003", {"category": "theft"}, AT_STATION),
    "sensitive": ("5140003", {"category": "crime_against_women"}, AT_STATION),
    "against its station": ("5140003", POLICE, AT_SP),
    "against nobody named": (None, POLICE, AT_SP),
    "against an SDPO": ("sdpo-5140-araria", POLICE, AT_SP),
    "against the SP": ("ARARIA", POLICE, AT_RANGE),
    "against the SP, written small": ("araria", POLICE, AT_RANGE),
}
ABOVE_IT = (SP, HQ)
# Who sees it, at each of the four moments.
SEEN_BY: Final[Mapping[str, tuple[tuple[Principal, ...], ...]]] = {
    "ordinary": ((*OWN, HQ), (*OWN, SDPO, SP, HQ), (*OWN, SDPO, SP, HQ), (OTHER_SHO, SDPO, SP, HQ)),
    "sensitive": ((HQ,), (*OWN, SDPO, SP, HQ), (HQ,), (OTHER_SHO, SDPO, SP, HQ)),
    "against its station": ((HQ,), ABOVE_IT, (HQ,), (OTHER_SHO, *ABOVE_IT)),
    "against nobody named": ((HQ,), ABOVE_IT, (HQ,), (OTHER_SHO, *ABOVE_IT)),
    "against an SDPO": ((HQ,), ABOVE_IT, (HQ,), (OTHER_SHO, *ABOVE_IT)),
    "against the SP": ((HQ,), (HQ,), (HQ,), (FAR_SHO, FAR_SP, HQ)),
    "against the SP, written small": ((HQ,), (HQ,), (HQ,), (FAR_SHO, FAR_SP, HQ)),
}
BODIES: Final[Mapping[Act, Mapping[str, Any]]] = {act: command.example or {} for act, command in DESK_COMMANDS.items()}
GAPS = (State.RECEIVED, State.TRANSFERRED)
UNKNOWN_NUMBER = "JS-26-B6Z3-Q455-4"
# No version of a case: a command that may be given is then refused for it, and changes nothing.
STALE = '"999"'


async def listed(intake: Rig, case: Mapping[str, Any], by: Principal) -> bool:
    found = (await intake.get("/v1/desk/cases", by=by)).json()
    lines = found.get("items", found.get("cases"))
    return case["case_id"] in {line["case_id"] for line in lines}


async def read(intake: Rig, case: Mapping[str, Any], by: Principal) -> bool:
    return found(await intake.get(f"/v1/desk/cases/{case['case_id']}", by=by), 200)


async def revealed(intake: Rig, case: Mapping[str, Any], by: Principal) -> bool:
    seen = found(await intake.post(f"/v1/desk/cases/{case['case_id']}/reveal", {"reason": "test"}, by=by), 200)
    looks = [look for look in await intake.trail.looks(case["case_id"]) if look.actor == by.sub]
    assert bool(looks) == seen
    return seen


async def paper_read(intake: Rig, case: Mapping[str, Any], by: Principal) -> bool:
    """A letter to an office, which no citizen gets."""
    known = intake.store.cases[case["case_id"]]
    letter = CertificateRecord("letter", "passport-verification-letter", "http://v", intake.clock.now())
    intake.store.cases[known.case_id] = replace(known, certificates={"letter": letter})
    intake.papers.papers["letter"] = b"%PDF-1.7"
    return found(await intake.get(f"/v1/desk/cases/{known.case_id}/certificates/letter.pdf", by=by), 200)


async def commanded(intake: Rig, case: Mapping[str, Any], by: Principal) -> bool:
    state = intake.store.cases[case["case_id"]].state
    # Every command in the gaps, where it matters; one that all roles may give at the other moments.
    acts = [act for act in DESK_COMMANDS if by.role in TABLE[act].roles and (state in GAPS or act is Act.ACKNOWLEDGE)]
    answers = {
        found(await intake.command(case["case_id"], act, BODIES[act], by=by, if_match=STALE), 412) for act in acts
    }
    assert len(answers) == 1, (by, acts)
    return answers.pop()


async def counted(intake: Rig, _case: Mapping[str, Any], by: Principal) -> bool:
    """The rig has one case."""
    counts = (await intake.get("/v1/desk/cases/counts", by=by)).json()
    return bool(counts["open"] == 1)


async def acknowledged(intake: Rig, case: Mapping[str, Any], by: Principal) -> bool:
    answer = await intake.post("/v1/desk/cases/acknowledge", {"case_ids": [case["case_id"]]}, by=by)
    (item,) = answer.json()["items"]
    assert item["code"] in (None, "transition_not_allowed", "not_found")
    return bool(item["code"] != "not_found")


async def heard(intake: Rig, case: Mapping[str, Any], by: Principal) -> bool:
    return _hears(intake, case, by, None)


async def heard_at_station(intake: Rig, case: Mapping[str, Any], by: Principal) -> bool:
    """Of his own station an officer hears what his list shows; who stands above, of the one that has the case."""
    code = intake.store.cases[case["case_id"]].station_code
    return _hears(intake, case, by, None if by.role in STATION_ROLES else code)


def _hears(intake: Rig, case: Mapping[str, Any], by: Principal, station: str | None) -> bool:
    scope, now = Scope(actor_of(by), station), intake.store.cases[case["case_id"]]
    shown = scope.shows(now)
    assert not shown or scope.keys & keys_of(now), "the stream is not looked for"
    return shown


async def checked_in(intake: Rig, case: Mapping[str, Any], by: Principal) -> bool:
    if by.role not in TABLE[Act.CHECK_IN].roles:
        return await read(intake, case, by)
    place = by.station or "5140012"
    body = {"case_id": case["case_id"], "hearing_id": "h_none", "place": place}
    return found(await intake.post("/v1/desk/visits", body, by=by), 422)


def found(answer: Any, status: int) -> bool:
    assert answer.status_code in (status, 404), answer.text
    if answer.status_code == 404:
        assert answer.json()["code"] == "not_found"
    return bool(answer.status_code == status)


Probe = Callable[[Rig, Mapping[str, Any], Principal], Awaitable[bool]]
ROUTES: Final[Mapping[tuple[str, str], Probe]] = {
    ("GET", "/v1/desk/cases"): listed,
    ("GET", "/v1/desk/cases/{case_id}"): read,
    ("POST", "/v1/desk/cases/{case_id}/reveal"): revealed,
    ("GET", "/v1/desk/cases/{case_id}/certificates/{certificate_id}.pdf"): paper_read,
    ("POST", "/v1/desk/cases/{case_id}/{command}"): commanded,
    ("POST", "/v1/desk/visits"): checked_in,
    ("GET", "/v1/desk/cases/counts"): counted,
    ("GET", "/v1/desk/stream"): heard,
    ("GET", "/v1/desk/stations/{code}/stream"): heard_at_station,
    # Of many at once; it comes last, as it acknowledges the case for the first who sees it.
    ("POST", "/v1/desk/cases/{command}"): acknowledged,
}


async def at_moment(intake: Rig, kind: str, moment: str) -> Mapping[str, Any]:
    named, attributes, (first, second) = KINDS[kind]
    body = {name: value for name, value in COMPLAINT.items() if name != "attributes"} | {"attributes": attributes}
    case = await intake.filed(body if named is None else body | {"named_station": named})
    number = MOMENTS.index(moment)
    if number >= 1:
        await assign(intake, case["case_id"], 1, *first)
    if number >= 2:
        moved = await intake.command(case["case_id"], "transfer", {"reason_code": "x"}, by=HQ)
        assert moved.status_code == 202, moved.text
    if number >= 3:
        await assign(intake, case["case_id"], 2, *second)
    return case


async def assign(intake: Rig, case_id: str, number: int, office: Station, post: str) -> None:
    event = assigned(case_id, number, office, intake.clock.now()).model_copy(update={"officer_post": post})
    await intake.store.apply_derived([derive(ids.assignment_id(case_id, number), event)])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("moment", MOMENTS)
async def test_every_route_shows_a_case_to_the_same_officers(intake: Rig, kind: str, moment: str) -> None:
    """List, read, reveal, command and check-in answer alike: as the table says, or as if there were no such case."""
    case = await at_moment(intake, kind, moment)
    expected = {by.sub for by in SEEN_BY[kind][MOMENTS.index(moment)]}
    for route, probe in ROUTES.items():
        seen = {by.sub for by in OFFICERS if await probe(intake, case, by)}
        assert seen == expected, route


def test_the_matrix_leaves_nothing_out(intake: Rig) -> None:
    """Every desk route of a case, role, command and kind has its rule here: a new one without a rule fails.

    Registers have theirs in test_intake_register_scope, notices of an empty house in test_intake_away_notices, requests
    to erase in test_intake_own_data, hearing windows in test_intake_windows, sealed cases
    opened out of turn in test_intake_break_glass.
    """
    elsewhere = (
        "/v1/desk/registers",
        "/v1/desk/away-notices",
        "/v1/desk/erasures",
        "/v1/desk/hearing-windows",
        "/v1/desk/break-glass",
        "/v1/desk/cases/{case_id}/break-glass",
    )
    routes = {route for route in desk_routes(intake) if not route[1].startswith(elsewhere)}
    assert routes == ROUTES.keys()
    assert {by.role for by in OFFICERS} == set(OFFICER_ROLES)
    assert KINDS.keys() == SEEN_BY.keys()
    assert all(len(row) == len(MOMENTS) for row in SEEN_BY.values())
    for act, command in DESK_COMMANDS.items():
        command.body.model_validate(BODIES[act])


def desk_routes(intake: Rig) -> Iterator[tuple[str, str]]:
    for path, calls in intake.app.openapi()["paths"].items():
        if path.startswith("/v1/desk"):
            # One path for each command; they are probed together.
            *_, last = path.split("/")
            shown = path.removesuffix(last) + "{command}" if last in DESK_COMMANDS else path
            yield from ((method.upper(), shown) for method in calls)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "ordinary"])
@pytest.mark.parametrize("moment", MOMENTS)
async def test_a_secret_cases_number_opens_it_nowhere_else(intake: Rig, kind: str, moment: str) -> None:
    """Who is handed the number of a secret case at another counter learns from the desk what an unknown number says."""
    case = await at_moment(intake, kind, moment)
    expected = {by.sub for by in SEEN_BY[kind][MOMENTS.index(moment)]}
    for by in OFFICERS:
        if by.role not in TABLE[Act.CHECK_IN].roles:
            continue
        body = {"tracking_number": case["tracking_number"], "hearing_id": "h_none", "place": by.station or "5140012"}
        answer = await intake.post("/v1/desk/visits", body, by=by)
        unknown = await intake.post("/v1/desk/visits", body | {"tracking_number": UNKNOWN_NUMBER}, by=by)
        assert answer.json()["code"] == ("hearing_unknown" if by.sub in expected else "not_found"), by
        if by.sub not in expected:
            assert without_ids(answer.json()) == without_ids(unknown.json())


def without_ids(problem: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in problem.items() if name not in ("instance", "trace_id", "request_id")}
