from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificate.page import Page, clean, india_date
from certificate.render import Renderer, qr_svg
from chassis.visible import is_blank
from event_schemas import PersonalData

from .certificate_fakes import AT, PERSON, URL, case, order, page_of
from .pdf_reading import fonts_of, read


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    made = Renderer()
    yield made
    made.close()


def page(kind: str, person: PersonalData = PERSON) -> Page:
    return page_of(order(kind), case(), person, verify_url=URL + "x", qr=qr_svg(URL + "x"))


@pytest.mark.parametrize("kind", ["character", "lost-report"])
async def test_the_same_facts_give_the_same_bytes(renderer: Renderer, kind: str) -> None:
    """A certificate typeset again, by another process too, has the same sha256."""
    first = await renderer.render(page(kind), created_at=AT)
    other = Renderer()
    second = other.render_now(page(kind), AT)
    other.close()
    assert hashlib.sha256(first).hexdigest() == hashlib.sha256(second).hexdigest()
    later = renderer.render_now(page(kind), AT + timedelta(days=1))
    assert later != first


@pytest.mark.parametrize("kind", ["character", "lost-report"])
def test_a_certificate_is_one_page_set_in_firago_alone(renderer: Renderer, kind: str) -> None:
    """Hindi and English come from FiraGO and from no other font, on a single A4 page."""
    pdf = renderer.render_now(page(kind), AT)
    found = read(pdf)
    assert len(found.pages) == 1
    assert fonts_of(pdf) == {"FiraGO-Regular", "FiraGO-Bold"}
    width, height = (round(float(side)) for side in found.pages[0].mediabox[2:])
    assert (width, height) == (595, 842)


def test_a_certificate_states_what_it_rests_on_and_what_it_is_not(renderer: Renderer) -> None:
    """English text as extracted: number, station, approval, and no claim to a signature or seal."""
    text = " ".join(read(renderer.render_now(page("character"), AT)).pages[0].extract_text().split())
    assert order().number in text
    assert "Approved by the Station House Officer on 22 November 2026" in text
    assert "It bears no signature or seal." in text
    assert "It is not proof of identity" in text
    assert URL + "x" in text


def test_the_phone_is_on_no_certificate() -> None:
    """What the paper does not need is not on it."""
    for kind in ("character", "lost-report"):
        assert "0900000001" not in page(kind).model_dump_json()


def test_a_lost_report_names_no_station_and_is_no_fir() -> None:
    """It is issued before any assignment; replayed after one, it must be the same."""
    first = page("lost-report")
    assert "Sheohar" not in {row.value for row in first.rows if row.label.en == "Police station"}
    assert any("not a First Information Report" in paragraph.en for paragraph in first.statement)


def test_without_a_name_the_report_does_not_mention_the_person_named_above() -> None:
    """An application without a name is still a report, worded for it."""
    statement = page("lost-report", PersonalData()).statement[0]
    assert statement.en.startswith("The informant reported")
    assert "नामित" not in statement.hi


@given(st.text(max_size=300))
def test_what_people_typed_is_printable_and_on_one_line(text: str) -> None:
    """No control characters, no line breaks, never longer than the page can bear, and stable."""
    cleaned = clean(text)
    assert "\n" not in cleaned
    assert "\x00" not in cleaned
    assert len(cleaned) <= 900
    assert not cleaned or not is_blank(cleaned)
    assert clean(cleaned) == cleaned


@pytest.mark.parametrize("typed", ["#panic()", "*bold* _x_ $a$ @ref <label>", '"); #sys.inputs', "क्‍ष \\u{41}"])
def test_nothing_typed_is_read_as_markup(renderer: Renderer, typed: str) -> None:
    """Typst's own signs in a name are printed, not obeyed."""
    person = PERSON.model_copy(update={"name": typed})
    pdf = renderer.render_now(page("character", person), AT)
    assert len(read(pdf).pages) == 1


def test_a_long_story_flows_to_further_pages(renderer: Renderer) -> None:
    """The longest values allowed still give a whole document."""
    person = PERSON.model_copy(
        update={"description": "बटुआ " * 400, "address": "गाँव " * 400, "attributes": {"item_description": "का " * 600}}
    )
    assert len(read(renderer.render_now(page("lost-report", person), AT)).pages) >= 1


def test_dates_are_those_of_india() -> None:
    """22:00 UTC is already the next day in Bihar."""
    assert india_date(AT.replace(hour=22)).en == "23 November 2026"
    assert india_date(AT.replace(hour=22)).hi == "23 नवंबर 2026"
