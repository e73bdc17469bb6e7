"""The demo draws its citizens from the catalogue and the journeys, both of them data."""

from collections import Counter
from pathlib import Path

import pytest

from intake.catalogue import load_catalogue
from intake.catalogue.model import Service
from janseva_local.demo.day import DAY
from janseva_local.demo.journeys import Step, Way, load
from janseva_local.demo.plan import CitizenPlan, Course, Playbill, make_plans
from janseva_local.demo.steps import filing_body, filled

CATALOGUE = load_catalogue()
LIVE = [service for service in CATALOGUE if service.live and service.is_a_complaint]
JOURNEYS = load().journeys
README = Path(__file__).parents[2] / "README.md"


def plans(count: int = 300, seed: int = 112, live: list[Service] | None = None) -> list[CitizenPlan]:
    return make_plans(Playbill.of(live or LIVE, JOURNEYS), DAY, count, seed, 30.0, 1)


def test_the_readme_shows_as_many_services_and_ways_as_are_played() -> None:
    """The first line of the demo that a newcomer compares with his own."""
    ways = Playbill.of(LIVE, JOURNEYS).ways
    assert f"\n{len(ways)} live services in {sum(map(len, ways.values()))} ways\n" in README.read_text("utf-8")


def test_every_live_service_is_played_in_each_of_its_ways() -> None:
    """Three hundred citizens are enough for all, and as many for one seed as for another."""
    for seed in (1, 112):
        drawn = Counter(plan.way.id for plan in plans(seed=seed))
        assert set(drawn) == {journey.id for journey in JOURNEYS}
        assert {plan.service.code for plan in plans(seed=seed)} == {service.code for service in LIVE}
    assert len({plan.person.phone for plan in plans()}) == 300
    assert {plan.course for plan in plans()} == set(Course)


def test_a_new_service_is_played_by_data_alone() -> None:
    """In the catalogue and without a journey yet: it is filed, its documents are added, and it is acknowledged."""
    like = CATALOGUE.get("tenant-verification")
    assert like is not None
    new = like.model_copy(update={"code": "bicycle-registration"})
    found = [plan for plan in plans(live=[*LIVE, new]) if plan.service.code == new.code]
    assert found
    assert all(plan.way.steps == (Step(do="acknowledge"),) for plan in found)
    assert {code for plan in found for code in plan.documents} <= {"tenant_photo", "tenant_identity"}
    assert filing_body(new, found[0].way, found[0].person)["service_code"] == new.code


def test_a_service_that_is_not_live_is_not_played() -> None:
    """Its journey may be there already."""
    fewer = [service for service in LIVE if service.code != "e-fir"]
    assert "e-fir" not in {plan.service.code for plan in plans(live=fewer)}


def test_the_same_seed_is_the_same_day() -> None:
    """Who files what and how it goes is decided before the first request."""
    assert plans() == plans()
    assert plans() != plans(seed=113)


@pytest.mark.parametrize("language", ["hi", "en"])
def test_a_citizen_files_at_his_own_place_in_his_own_language(language: str) -> None:
    """With the example's answers, those of his way over them, and what the day varies."""
    mine = next(plan for plan in plans() if plan.person.language == language and plan.service.code == "e-complaint")
    body = filing_body(mine.service, mine.way, mine.person)
    assert body["location"] == mine.person.location
    assert body["language"] == language
    assert body["attributes"]["category"] in DAY.answers["e-complaint"]["category"]
    assert body["description"].isascii() is (language == "en")
    assert body["complainant"] == {"name": mine.person.name, "address": mine.person.address}


def test_what_is_drawn_is_what_the_catalogue_offers() -> None:
    """Services, answers and events of the demo's own data exist."""
    codes = {service.code for service in LIVE}
    assert set(DAY.shares) | set(DAY.answers) <= codes
    for code, answers in DAY.answers.items():
        service = CATALOGUE.get(code)
        assert service is not None
        for name, values in answers.items():
            assert set(values) <= set(service.attributes["properties"][name]["enum"])


def test_times_and_numbers_are_put_into_a_step() -> None:
    """Two citizens at one station never ask for the same hour, nor have the same FIR."""
    body = Way(service="x", steps=(Step(do="y", body={"at": "+48h", "n": "{number}/2026", "post": "SDPO:{station}"}),))
    first, second = (filled(body.steps[0].body, number, "5140003") for number in (1, 2))
    assert first["at"] < second["at"]
    assert (first["n"], second["n"], first["post"]) == ("1/2026", "2/2026", "SDPO:5140003")
