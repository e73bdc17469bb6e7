"""The transition table, the catalogue's law, keys and texts."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from event_schemas import EVENT_CLASSES
from event_schemas.services import SERVICE_CODES
from intake.case.derived import ASSIGNED, CERTIFICATE_ISSUED
from intake.case.keys import is_usable
from intake.case.offers import EMERGENCY_OFFERED
from intake.case.states import Family, State
from intake.case.store.documents import safe_key
from intake.catalogue import CatalogueError, load_catalogue
from intake.catalogue.loader import SHIPPED
from intake.commands.table import TABLE, Act, acts_by_table
from intake.filing.geo import PointPlausibility, judge_point
from intake.filing.notices import NOTICES
from intake.filing.text import clean_text
from intake.identity.api import NOT_CONFIRMED, NUMBER_DOUBTFUL, REFUTED
from intake.texts import load_texts
from intake.tracking import files as shown_files
from intake.tracking.views import APPEAL_OFFERED, LINKS

# For police and services alone; a citizen's timeline has no line for them.
UNSPOKEN = {
    "SLAClockStarted",
    "SLAClockStopped",
    "SLADueSoon",
    "ClockEnded",
    "PersonalDataErased",
    "TipAnswered",
    "NotificationDelivered",
    "NotificationFailed",
}


def test_every_state_is_reached_and_left() -> None:
    """No state is a dead end but withdrawn; every state can be reached."""
    moves = [
        (before, after)
        for row in (*TABLE.values(), ASSIGNED, CERTIFICATE_ISSUED)
        for moves in (row.moves, *row.also.values())
        for before, after in moves.items()
        if after is not before
    ]
    reached = {after for _, after in moves} | {State.RECEIVED}
    assert set(State) == reached
    assert set(State) - {before for before, _ in moves} == {State.WITHDRAWN}


@given(st.sampled_from(Act), st.sampled_from(State), st.sampled_from(Family))
def test_the_list_of_the_table_is_the_table(act: Act, state: State, family: Family) -> None:
    """An act of people is listed exactly where the table has a move for it."""
    assert (act in acts_by_table(state, family)) == (TABLE[act].next_state(state, family) is not None)


@given(st.sampled_from(Family))
def test_nothing_brings_a_withdrawn_case_back(family: Family) -> None:
    """Withdrawn is final: no act of anybody moves it anywhere else."""
    assert all(
        TABLE[act].next_state(State.WITHDRAWN, family) is State.WITHDRAWN
        for act in acts_by_table(State.WITHDRAWN, family)
    )
    assert Act.WITHDRAW not in acts_by_table(State.CLOSED, family)


def test_the_catalogue_holds_what_is_promised() -> None:
    """The services of the contract's list, each known to the policies as well."""
    codes = {service.code for service in load_catalogue()}
    assert (
        {"e-complaint", "emergency-112", "lost-property", "character-certificate", "hearing"} <= codes <= SERVICE_CODES
    )


@pytest.mark.parametrize(
    ("find", "put"),
    [
        ("    accused:\n", "    accused:\n      x-clear: true\n"),
        ("attributes:\n", "attributes:\n  additionalProperties: true\n"),
        ("login: citizen", "login: officer"),
        ("code: e-complaint", "code: lost-property"),
        ("type: boolean", "type: bool"),
        ("fee: {amount: 0", "fee: {amount: -1"),
        ("who: person_concerned", "who: nobody"),
        ("block: when", "block: whenever"),
        ("only: [day", "only: [hour"),
        ("x-check: bank_reference", "x-check: bank"),
        ("thirty_days", "forty_days"),
        ("when: {category: cyber_crime}", "when: {category: cyber}"),
        ("routed_by: place\n", "routed_by: place\nlive: false\n"),
        ("routed_by: place\n", "routed_by: place\ndistricts: [ARARIA]\n"),
        ("routed_by: place\n", "routed_by: place\nlive_from: 2027-01-01\n"),
        ("routed_by: place\n", "routed_by: place\nlook_at: {path: /v1/x, hi: देखें, en: Look}\n"),
        ("x-expected: [category", "x-expected: [catgory"),
    ],
    ids=str,
)
def test_a_bad_catalogue_is_refused(tmp_path: Path, find: str, put: str) -> None:
    """Free text marked x-clear, open attributes, unknown names, a narrowed complaint do not pass the loader."""
    shutil.copytree(SHIPPED, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    bad = tmp_path / "services" / "e-complaint.yaml"
    text = bad.read_text(encoding="utf8")
    assert find in text
    bad.write_text(text.replace(find, put, 1), encoding="utf8")
    with pytest.raises(CatalogueError):
        load_catalogue(tmp_path)


def test_every_text_is_there() -> None:
    """Each notice and each event of a person or of a service has its line in both languages."""
    texts = load_texts()
    of_identity = {NOT_CONFIRMED, NUMBER_DOUBTFUL, REFUTED}
    assert set(texts.notices) == {
        *NOTICES,
        *shown_files.NOTICES,
        *of_identity,
        APPEAL_OFFERED,
        EMERGENCY_OFFERED,
        *LINKS.values(),
    }
    assert set(EVENT_CLASSES) - UNSPOKEN <= set(texts.timeline)
    assert set(texts.timeline) - set(EVENT_CLASSES) == {
        "add-to-tip",
        "appeal-filed",
        "dismiss-withdrawal",
        "emergency-update",
        "feedback",
        "handed-off",
        "place-told",
        "receipt-printed",
    }


@given(st.text())
def test_cleaned_text_is_storable_and_stays_clean(text: str) -> None:
    """No control character, surrogate or NUL is left, and cleaning twice is cleaning once."""
    cleaned = clean_text(text)
    cleaned.encode("utf8")
    assert not any(ord(character) < 32 and character not in "\n\t" for character in cleaned)
    assert clean_text(cleaned) == cleaned


def test_lone_surrogates_are_removed() -> None:
    """Half of a pair cannot be stored as UTF-8; the words around it stay."""
    assert clean_text("मदद\ud800 चाहिए\x00") == "मदद चाहिए"


@given(st.text(), st.text())
def test_safe_keys_keep_ids_apart(one: str, other: str) -> None:
    """Whatever an id holds, it is one field of a document, and two ids are two fields."""
    for text in (one, other):
        assert not set(".$\x00") & set(safe_key(text))
    assert (safe_key(one) == safe_key(other)) == (one == other)


@pytest.mark.parametrize(
    ("lat", "lon", "place"),
    [
        (25.6, 85.1, PointPlausibility.INDIA),
        (8.08, 77.55, PointPlausibility.INDIA),
        (85.1, 25.6, PointPlausibility.SWAPPED),
        (51.5, -0.1, PointPlausibility.OUTSIDE),
        (0.0, 0.0, PointPlausibility.OUTSIDE),
        (95.0, 200.0, PointPlausibility.IMPOSSIBLE),
        (float("nan"), 85.0, PointPlausibility.IMPOSSIBLE),
        (float("inf"), 85.0, PointPlausibility.IMPOSSIBLE),
    ],
)
def test_points_are_judged(lat: float, lon: float, place: PointPlausibility) -> None:
    """In India, in India with its numbers swapped, elsewhere, or nowhere."""
    assert judge_point(lat, lon) is place


@pytest.mark.parametrize(("key", "anonymous"), [("k", False), ("6f1c2f0e-8a57-4f7e-9b55-3f6d1c9b8a11", True)])
def test_who_has_no_login_needs_an_unguessable_key(key: str, anonymous: bool) -> None:
    """A short key serves a citizen alone; without a login 128 bits are asked for."""
    assert is_usable(key, anonymous=anonymous)
    assert is_usable(key, anonymous=True) is anonymous
    assert not is_usable("a" * 40, anonymous=True)
