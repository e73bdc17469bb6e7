"""Letters of other scripts, words without an end, impossible times: what stands on the paper is whole and true."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certificate.letters import FAMILIES, LATIN_NOTE, fit
from certificate.page import Page, clean
from certificate.render import Renderer, qr_svg
from event_schemas import PersonalData

from .certificate_fakes import AT, PERSON, URL, case, order, page_of
from .pdf_reading import fonts_of, missing_glyphs, rightmost, text_of

QR = qr_svg(URL + "x")
NAMES = {
    "FiraGO": [
        "श्रेया कृष्णमूर्ति त्रिपाठी",
        "ज्ञानेन्द्र क्षत्रिय",
        "محمد علی ٹھیکیدار",
        "ڈاکٹر گڑیا بڑے",
        "Łukasz Ştefan",
        "Ελένη",
        "Иван",
    ],
    "NotoSansBengali": ["মোহাম্মদ পরীক্ষা", "শ্রীকৃষ্ণ চট্টোপাধ্যায়", "ৎ"],
    "NotoSansOlChiki": ["ᱥᱟᱱᱛᱟᱲ", "ᱥᱤᱫᱚ ᱠᱟᱱᱦᱩ ᱢᱩᱨᱢᱩ"],
    "NotoSansGurmukhi": ["ਪਰਖ ਸਿੰਘ", "ਗੁਰਪ੍ਰੀਤ ਸ਼ਰਮਾ"],
    "NotoSansOriya": ["ଓଡ଼ିଆ ପରୀକ୍ଷା", "ଶ୍ରୀକ୍ଷେତ୍ର"],
    "NotoSansTamil": ["தமிழ்ச்செல்வி", "ஸ்ரீகௌரி"],
    "NotoSansTelugu": ["శ్రీకృష్ణ"],
    "NotoSansGujarati": ["ગુજરાતી શ્રી"],
    "NotoSansKannada": ["ಶ್ರೀಕೃಷ್ಣ"],
    "NotoSansMalayalam": ["ശ്രീകൃഷ്ണൻ"],
    "NotoSansKaithi": ["𑂃𑂍", "𑂮𑂹𑂩𑂲 𑂩𑂰𑂧"],
    "NotoSansTirhuta": ["𑒞𑒱𑒩𑒯𑒳𑒞𑒰"],
    "NotoSansMeeteiMayek": ["ꯃꯅꯤꯄꯨꯔ"],
    "NotoSansWarangCiti": ["𑢹𑣗𑣁𑣜𑣊"],
}
OF_A_FONT = [(font, name) for font, names in NAMES.items() for name in names]


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    made = Renderer()
    yield made
    made.close()


def page(**person: Any) -> Page:
    return page_of(order("lost-report"), case(), PERSON.model_copy(update=person), verify_url=URL + "x", qr=QR)


def rows_alone(made: Page) -> Page:
    """Without the words that are the same on each paper: a short page is read back in a moment."""
    return made.model_copy(update={"statement": (), "notes": ()})


def short(made: Page) -> Page:
    """With its first row alone."""
    return rows_alone(made).model_copy(update={"rows": made.rows[:1]})


def value(made: Page, label: str) -> str | None:
    return next((row.value for row in made.rows if row.label.en == label), None)


@pytest.mark.parametrize(("font", "name"), OF_A_FONT, ids=[font for font, _ in OF_A_FONT])
def test_a_name_in_any_script_of_india_is_printed_in_its_own_letters(renderer: Renderer, font: str, name: str) -> None:
    """Every letter comes from a font that has it: no empty box, and nothing is transliterated."""
    made = page(name=name)
    assert value(made, "Name of informant") == name
    pdf = renderer.render_now(short(made), AT)
    assert missing_glyphs(pdf) == 0
    assert any(used.startswith(font) for used in fonts_of(pdf))
    assert not fit(name).in_latin
    assert LATIN_NOTE.en not in text_of(pdf)


@pytest.mark.parametrize(
    ("name", "latin"),
    [("王小明", "WangXiaoMing"), ("བསོད་ནམས", "bsod"), ("\U000116a8\U000116ae", ""), ("김민수", "GimMinSu")],
)
def test_letters_that_no_font_has_are_written_in_latin_and_the_paper_states_it(
    renderer: Renderer, name: str, latin: str
) -> None:
    """Neither a box nor a missing row: Latin letters, or the letter's number, and a note in both languages."""
    pdf = renderer.render_now(short(page(name=name)), AT)
    text = text_of(pdf)
    assert missing_glyphs(pdf) == 0
    assert "Name of informant" in text
    assert latin in text
    assert LATIN_NOTE.en in text


@settings(max_examples=40, deadline=None)
@given(text=st.text(min_size=1, max_size=60))
def test_no_text_leaves_an_empty_box(renderer: Renderer, text: str) -> None:
    """Whatever characters a person sends, the fonts draw each or none is asked to."""
    pdf = renderer.render_now(short(page(name=text)), AT)
    assert missing_glyphs(pdf) == 0


def test_each_family_is_one_that_the_typesetter_knows(renderer: Renderer) -> None:
    """A family under another name than the font's own would leave its letters to chance."""
    assert set(FAMILIES) <= set(renderer.families)


@pytest.mark.parametrize("name", ["\u200d\u200c", "\u200b\u2060", "\u3164\u115f", "\u2800", "\ufeff \u00a0", "\u202e"])
def test_a_name_that_nobody_can_see_is_no_name(name: str) -> None:
    """No row is left empty, and nobody is "named above"."""
    made = page(name=name)
    assert value(made, "Name of informant") is None
    assert made.statement[0].en.startswith("The informant reported")


def test_invisible_characters_inside_a_name_do_not_split_it() -> None:
    """A soft hyphen or a mark of direction is dropped, a joiner kept, a line break becomes a space."""
    assert clean("Ra\u00adm\u200e Ku\u200bmar") == "Ram Kumar"
    assert clean("क्\u200dष") == "क्\u200dष"
    assert clean("a\n\tb") == "a b"


def test_marks_do_not_pile_up_over_other_rows() -> None:
    """A letter keeps as many marks as any script needs; a thousand more would black out the page."""
    assert len(clean("a" + "\u0301" * 1000)) <= 7
    assert clean("क्षत्रियाँ") == "क्षत्रियाँ"


WIDE = "W" * 110
# The right edge of the paper's frame, in points.
FRAME = 595.3 - 25.5


@pytest.mark.parametrize(
    "endless",
    [WIDE, "क्षत्रिय" * 30, "محمد" * 40, "𑂃𑂍" * 60, "ஔ" * 100, "i" * 400, "😀" * 80, "A-" * 90, "क्" * 300, "ক্ষ্" * 150],
    ids=["latin", "devanagari", "urdu", "kaithi", "tamil", "narrow", "emoji", "dashes", "joined", "joined bengali"],
)
def test_a_text_without_a_break_stays_on_the_page(renderer: Renderer, endless: str) -> None:
    """It is broken between letters at the edge of its row; none of it is cut off."""
    made = page(name=endless, address="x " + endless, attributes={"item_description": endless}, description=endless)
    pdf = renderer.render_now(rows_alone(made), AT)
    assert missing_glyphs(pdf) == 0
    assert rightmost(pdf) <= FRAME


def test_a_name_that_fits_a_line_is_not_broken(renderer: Renderer) -> None:
    """A long name moves to the next line as a whole."""
    name = "Venkatanarasimharajuvaripeta"
    text = text_of(renderer.render_now(short(page(name=f"Sri Sri Sri Maharaja of the great city of {name} today")), AT))
    assert name in text


@pytest.mark.parametrize(
    "lost_at",
    [
        "2027-11-28T10:00:00Z",
        "2027-11-28T10:00:00",
        "2027-11-28 10:00",
        "9999-12-31T23:59:59Z",
        "9999-12-31T23:59:59-12:00",
        "9999-12-31T23:59:59+14:00",
        "20271128",
    ],
)
def test_a_time_after_the_paper_s_own_is_not_printed_as_a_fact(renderer: Renderer, lost_at: str) -> None:
    """The paper says that the date given lies after it, and prints no such year."""
    made = page(attributes={"lost_at": lost_at})
    shown = value(made, "Lost on")
    assert shown is not None
    assert "lies after this paper" in shown
    assert "2027" not in shown
    assert "9999" not in shown
    assert missing_glyphs(renderer.render_now(rows_alone(made), AT)) == 0


@pytest.mark.parametrize(
    "lost_at", ["0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00+05:30", "1899-12-31T00:00:00Z", "soon"]
)
def test_a_time_that_no_one_can_have_seen_is_not_printed(lost_at: str) -> None:
    """Conversions of such years leave the calendar: the paper is made all the same."""
    shown = value(page(attributes={"lost_at": lost_at}), "Lost on")
    assert shown is not None
    assert "could not be read" in shown


def test_times_up_to_the_paper_s_own_are_printed() -> None:
    """Yesterday, the very minute, and a phone whose clock runs two minutes ahead."""
    for lost_at, hour in (
        ("2026-11-21T18:30:00+05:30", "18:30"),
        (AT.isoformat(), "15:00"),
        ("2026-11-22T09:32:00Z", "15:02"),
    ):
        shown = value(page(attributes={"lost_at": lost_at}), "Lost on")
        assert shown is not None
        assert hour in shown


@pytest.mark.parametrize("day", ["2027-01-01", "9999-12-31"])
def test_nobody_is_born_after_his_certificate(day: str) -> None:
    """Nor lives anywhere since a day to come."""
    person = PersonalData(name="Sita", attributes={"date_of_birth": day, "residence_since": day})
    made = page_of(order(), case(), person, verify_url=URL + "x", qr=QR)
    for label in ("Date of birth", "Residing since"):
        shown = value(made, label)
        assert shown is not None
        assert "lies after this paper" in shown
        assert day[:4] not in shown


def test_a_certificate_for_an_applicant_without_a_name_names_the_application() -> None:
    """Nobody is named above, so the text does not mention anybody."""
    made = page_of(order(), case(), PersonalData(name="\u200d"), verify_url=URL + "x", qr=QR)
    assert "the applicant of application JS-26-7K3M-9QXD-4" in made.statement[0].en
    assert "ऊपर नामित" not in made.statement[0].hi
