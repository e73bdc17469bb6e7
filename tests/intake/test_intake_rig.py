"""The rig that tests share: whatever one test does to it, the next one gets it as new."""

from datetime import timedelta

from tests.as_born import restorer
from tests.intake.intake_rig import COMPLAINT, SHO, START, rig

COUNTED = "janseva_submissions_accepted_total{"


async def test_a_rig_is_as_new_after_another_test() -> None:
    """Stores, clock, counters, limits, what a test put into them, and routes that it added; the API stays built."""
    async with rig() as used:
        app, routes = used.app, len(used.app.router.routes)
        filed = await used.filed(COMPLAINT)
        await used.assign(filed["case_id"])
        assert (await used.command(filed["case_id"], "acknowledge", {})).status_code == 202
        assert COUNTED in (await used.get("/metrics")).text
        used.clock.advance(timedelta(days=1))
        used.store.refuses = RuntimeError("planted")
        vars(used.store)["by_id"] = None
        used.app.add_api_route("/planted", lambda: None)
    async with rig() as new:
        assert new.app is app
        assert len(new.app.router.routes) == routes
        assert new.clock.now() == START
        assert (new.store.cases, new.store.published, new.store.refuses) == ({}, [], None)
        assert COUNTED not in (await new.get("/metrics")).text
        assert (await new.get(f"/v1/desk/cases/{filed['case_id']}", by=SHO)).status_code == 404


async def test_two_rigs_at_a_time_are_two() -> None:
    async with rig() as one, rig() as other:
        await one.filed(COMPLAINT)
        assert one.app is not other.app
        assert other.store.cases == {}


class Held:
    """Everything that a state may be made of."""

    __slots__ = ("by_key", "call", "number", "row")

    def __init__(self) -> None:
        count = 0

        def call() -> int:
            nonlocal count
            count += 1
            return count

        self.by_key: dict[str, list[int]] = {"a": [1]}
        self.row, self.number, self.call = {1}, 1, call


def test_what_is_held_is_put_back() -> None:
    """Containers in containers, slots, and variables of a closure; whoever holds a container sees it as it was."""
    held = Held()
    restore, inner, row = restorer(held), held.by_key["a"], held.row
    assert held.call() == 1
    inner.append(2)
    held.by_key |= {"b": []}
    held.row, held.number = set(), 2
    row.add(2)
    restore()
    assert (held.by_key, held.row, held.number) == ({"a": [1]}, {1}, 1)
    assert held.by_key["a"] is inner
    assert held.row is row
    assert held.call() == 1
