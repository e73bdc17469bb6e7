"""Who may do what at the desk's registers: each route, each officer, in his own charge and in another's."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from intake.auth import Principal
from tests.intake.intake_rig import COUNTER, HQ, SDPO, SHO, SP, Rig, bearer
from tests.intake.test_intake_desk_scope import IO, OFFICERS, desk_routes
from tests.intake.test_intake_fir_online import registered, release, withhold
from tests.intake.test_intake_registers import RAKESH, WARRANT, wanted

Call = Callable[[Rig, str, Principal], Awaitable[Any]]
ROUTE: Final = "/v1/desk/registers/{register}"
ENTRY: Final = ROUTE + "/{entry_id}"
FIRS: Final = "/v1/desk/registers/fir"
BODY: Final = {"since": "2026-11-10", "source": WARRANT, "attributes": RAKESH | {"name": "Another Name"}}
READERS: Final = (SHO, IO, COUNTER, SDPO, SP, HQ)
KEEPERS: Final = (SHO, SDPO, SP, HQ)


def reading(below: str = "") -> Call:
    return lambda intake, path, by: intake.get(path + below, by=by)


def changing(below: str, body: Mapping[str, Any]) -> Call:
    """For a version that is not the newest: who may change the entry is refused for it alone."""
    return lambda intake, path, by: intake.post(path + below, body, by=by, if_match='"999"')


def no_picture(intake: Rig, path: str, by: Principal) -> Awaitable[Any]:
    return intake.http.put(f"{path}/photo", content=b"none", headers=bearer(by) | {"content-type": "image/jpeg"})


# Who is neither forbidden the route nor answered as if there were no such entry. The entry is a station's of Araria.
OF_AN_ENTRY: Final[Mapping[tuple[str, str], tuple[tuple[Principal, ...], Call]]] = {
    ("GET", ENTRY): (READERS, reading()),
    ("GET", ENTRY + "/matches"): (READERS, reading("/matches")),
    ("GET", ENTRY + "/photo"): ((), reading("/photo")),
    ("PUT", ENTRY + "/photo"): (KEEPERS, no_picture),
    ("POST", ENTRY + "/correct"): (KEEPERS, changing("/correct", {"reason": "spelling"})),
    ("POST", ENTRY + "/end"): (KEEPERS, changing("/end", {"reason_code": "acquitted"})),
}
# Lists show an officer his own charge; the others have tests of their own below.
OTHERS: Final = {
    ("GET", ROUTE),
    ("POST", ROUTE),
    ("GET", FIRS),
    ("POST", f"{FIRS}/release"),
    ("POST", f"{FIRS}/withhold"),
}


def may(answer: Any) -> bool:
    assert answer.status_code < 500, answer.text
    return answer.status_code not in (401, 403, 404)


def test_every_route_of_the_registers_has_its_rule(intake: Rig) -> None:
    """A new one without a rule fails."""
    routes = {route for route in desk_routes(intake) if route[1].startswith("/v1/desk/registers")}
    assert routes == OF_AN_ENTRY.keys() | OTHERS


async def test_an_entry_is_its_charges_alone(intake: Rig) -> None:
    """Read by its station and those over it, changed by those of them who keep the register; 403 or 404 for others."""
    path = f"/v1/desk/registers/wanted/{(await wanted(intake))['entry_id']}"
    for route, (allowed, call) in OF_AN_ENTRY.items():
        found = [by for by in OFFICERS if may(await call(intake, path, by))]
        assert set(found) == set(allowed), route


async def test_lists_and_new_entries_are_of_ones_own_charge(intake: Rig) -> None:
    """Nobody lists another's entries or adds one there."""
    entry = await wanted(intake)
    for by in OFFICERS:
        answer = await intake.get("/v1/desk/registers/wanted", by=by)
        listed = [one["entry_id"] for one in answer.json()["items"]] if may(answer) else []
        assert (entry["entry_id"] in listed) == (by in READERS), by
        body = BODY | {"station": "5140003", "district": "ARARIA"}
        body["attributes"] = RAKESH | {"name": f"Name of {by.sub}"}
        assert may(await intake.post("/v1/desk/registers/wanted", body, by=by)) == (by in KEEPERS), by


async def test_an_fir_is_released_and_withheld_by_posts_over_it(intake: Rig) -> None:
    """Released by the SHO and above of its place, withheld by a Deputy Superintendent and above; listed there alone."""
    await registered(intake)
    for by in OFFICERS:
        answer = await intake.get(FIRS, by=by)
        assert (bool(answer.json()["items"]) if may(answer) else False) == (by in READERS), by
    assert [by for by in OFFICERS if by not in KEEPERS and may(await release(intake, by=by))] == []
    assert [by for by in OFFICERS if may(await release(intake, by=by))] == list(filter(KEEPERS.__contains__, OFFICERS))
    assert [by for by in OFFICERS if may(await withhold(intake, by=by))] == [SDPO, SP, HQ]
