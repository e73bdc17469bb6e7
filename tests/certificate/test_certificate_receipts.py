"""The printed receipt: what a person needs to follow a case, with the code in the QR's fragment alone."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from certificate import receipt
from certificate.page import Page
from certificate.receipt import ReceiptFacts, ReceiptTexts, receipt_page
from certificate.render import Renderer

from .certificate_fakes import AT
from .pdf_reading import missing_glyphs, read, text_of

SECRET = "kP3vW8nQ5rT1xY6zB4mC9dF2gH7jL0sA"
FACTS = ReceiptFacts.model_validate(
    {
        "tracking_number": "JS-26-7K3M-9QXD-4",
        "receipt_secret": SECRET,
        "track_url": "https://janseva.example.in/track",
        "service": {"hi": "ई-शिकायत", "en": "e-complaint"},
        "name": "आशा देवी",
        "filed_at": AT,
        "received_at": AT - timedelta(days=3),
        "printed_at": AT,
        "office": {"hi": "थाना शिवहर", "en": "Sheohar police station"},
        "due": [{"clock": {"hi": "जाँच", "en": "inquiry"}, "due_at": AT + timedelta(days=27)}],
    }
)
TEXTS = ReceiptTexts.load()


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    made = Renderer()
    yield made
    made.close()


def drawn(facts: ReceiptFacts, monkeypatch: pytest.MonkeyPatch) -> tuple[Page, str]:
    """The page, and the address in its QR code."""
    found: list[str] = []

    def keep(url: str) -> str:
        found.append(url)
        return "<svg/>"

    monkeypatch.setattr(receipt, "qr_svg", keep)
    return receipt_page(facts, TEXTS), found[0]


def test_the_code_is_behind_the_hash_and_in_its_row_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser never sends what stands behind #: no log of a server has the code, and no printed address either."""
    page, address = drawn(FACTS, monkeypatch)
    parts = urlsplit(address)
    assert parts.fragment == f"{FACTS.tracking_number}~{SECRET}"
    assert SECRET not in parts._replace(fragment="").geturl()
    shown = page.model_copy(update={"rows": page.rows[:-1]}).model_dump_json()
    assert SECRET not in shown
    assert page.rows[-1].value == SECRET
    assert SECRET not in repr(FACTS)


def test_a_receipt_names_the_service_the_office_and_the_due_times(renderer: Renderer) -> None:
    """One page, every letter drawn, each fact in it."""
    pdf = renderer.render_now(receipt_page(FACTS, TEXTS), AT)
    text = text_of(pdf)
    assert len(read(pdf).pages) == 1
    assert missing_glyphs(pdf) == 0
    for fact in (FACTS.tracking_number, SECRET, "e-complaint", "Sheohar police station", "inquiry: due", "call 112"):
        assert fact in text
    assert "19 December 2026" in text


def test_a_receipt_without_name_and_office_has_no_empty_row() -> None:
    """Right after the filing neither may be known."""
    page = receipt_page(FACTS.model_copy(update={"name": None, "office": None, "received_at": None}), TEXTS)
    assert [row.label.en for row in page.rows] == [
        "Service",
        "Recorded at",
        "inquiry: due",
        "Receipt code (for typing)",
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("track_url", "javascript:alert(1)"),
        ("track_url", "https://a/#b"),
        ("receipt_secret", "x y"),
        ("tracking_number", "1"),
    ],
)
def test_facts_that_could_mislead_a_phone_are_refused(field: str, value: str) -> None:
    with pytest.raises(ValueError, match=field):
        ReceiptFacts.model_validate(FACTS.model_dump() | {field: value})
