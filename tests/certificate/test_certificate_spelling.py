"""A genuine paper is found under every spelling of its name; a name that is no spelling of one is called mistyped."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from certificate.domain import Status, certificate_number
from certificate.spelling import read_name, written_number
from chassis.crockford import ALPHABET
from event_schemas import ids

from .certificate_fakes import AT, KINDS, PAPERS, certificate, verifier

PREFIXES = PAPERS.prefixes
NUMBER = certificate("lost-report").number
ID = certificate("lost-report").certificate_id
OLD = certificate(certificate_id=ids.certificate_id("c_old", "lost-report"), number="LR-26-4189X-9G421")
REVOKED = certificate(status=Status.REVOKED, revoked_at=AT)


@pytest_asyncio.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with verifier(certificate("lost-report"), OLD, REVOKED) as client:
        yield client


def digits(zero: str) -> Callable[[str], str]:
    return lambda text: "".join(chr(ord(zero) + int(c)) if c.isdigit() else c for c in text)


SPELLINGS: dict[str, Callable[[str], str]] = {
    "as printed": str,
    "lower case": str.lower,
    "capitals": str.upper,
    "no dashes": lambda text: text.replace("-", ""),
    "spaces": lambda text: text.replace("-", " "),
    "a space at its end": lambda text: f"{text} ",
    "a line's end": lambda text: f"\t{text}\r\n",
    "Devanagari digits": digits("\u0966"),
    "Urdu digits": digits("\u06f0"),
    "Bengali digits": digits("\u09e6"),
    "full width": lambda text: "".join(chr(ord(c) + 0xFEE0) for c in text),
    "joiners": "\u200d".join,
    "a byte order mark": lambda text: f"\ufeff{text}",
    "other dashes": lambda text: text.replace("-", "\u2013"),
    "minus signs": lambda text: text.replace("-", "\u2212"),
    "slashes": lambda text: text.replace("-", "/"),
    "dots": lambda text: text.replace("-", "."),
    "O for 0": lambda text: text.replace("0", "O"),
    "l for 1": lambda text: text.replace("1", "l"),
    "I for 1": lambda text: text.replace("1", "I"),
    "every letter apart": " ".join,
}


@pytest.mark.parametrize("spelt", SPELLINGS.values(), ids=SPELLINGS)
@pytest.mark.parametrize("name", [NUMBER, ID, OLD.number, REVOKED.number])
async def test_a_genuine_paper_is_found_under_any_spelling(
    http: httpx.AsyncClient, name: str, spelt: Callable[[str], str]
) -> None:
    """Its printed number, old or new, and its id."""
    answer = await http.get(f"/v1/verify/{quote(spelt(name))}")
    assert answer.status_code == 200
    assert answer.json()["status"] == ("revoked" if name == REVOKED.number else "valid")


async def test_a_number_without_its_check_character_is_still_found(http: httpx.AsyncClient) -> None:
    """The rest of it names the paper."""
    assert (await http.get(f"/v1/verify/{NUMBER.rpartition('-')[0]}")).json()["status"] == "valid"


@pytest.mark.parametrize(
    "name",
    [
        NUMBER[:-1] + ALPHABET[(ALPHABET.index(NUMBER[-1]) + 1) % 32],
        NUMBER[:-3] + NUMBER[-1],
        NUMBER + "0",
        NUMBER.replace("LR", "CC"),
        NUMBER.replace("LR", "XX"),
        NUMBER.partition("-")[2],
        "LR-26-4189X-9G422",
        "LR-2U-4189X-9G421",
        ID[:-1],
        ID[:-1] + "g",
        # Our ids are derived: version 5, and the variant of RFC 9562.
        ID[:14] + "4" + ID[15:],
        ID[:19] + "c" + ID[20:],
        "5f0c1c6e-2b1d-4c1f-9a77-0d3c5b7e9a11",
        "x",
        "प्रमाण-पत्र",
        "JS-26-7K3M-9QXD-4",
        "0" * 5000,
        "\u0301" * 5000,
        " ",
        "\U0001f600",
        "a/b/../c",
    ],
)
@pytest.mark.parametrize("language", ["hi", "en"])
async def test_what_cannot_be_a_paper_s_name_is_called_mistyped(
    http: httpx.AsyncClient, name: str, language: str
) -> None:
    """Never "unknown": the paper in the reader's hand may be genuine. In JSON and on the page, in both languages."""
    address = f"/v1/verify/{quote(name, safe='')}"
    answer = await http.get(address)
    assert (answer.status_code, answer.json()) == (200, {"status": "mistyped"})
    page = await http.get(address, headers={"accept": "text/html", "accept-language": language})
    assert {"hi": "सही नहीं लिखी गई", "en": "is mistyped"}[language] in page.text
    assert {"hi": "जाली", "en": "forged"}[language] not in page.text


@pytest.mark.parametrize("name", [written_number("CC", "26" + "0" * 10), ids.certificate_id("c", "x")])
async def test_a_well_written_name_that_no_paper_has_is_unknown(http: httpx.AsyncClient, name: str) -> None:
    """Its check character is right: it was never printed, or the paper is forged."""
    assert (await http.get(f"/v1/verify/{name}")).json() == {"status": "unknown"}


@given(typed=st.text(max_size=250))
def test_any_text_is_read_or_called_mistyped(typed: str) -> None:
    """Nothing that is typed is an error."""
    name = read_name(typed, PREFIXES)
    assert name is None or name.certificate_id or name.numbers


@given(bits=st.uuids(version=5), place=st.integers(0, 10), other=st.integers(1, 31))
def test_one_wrong_symbol_never_names_another_paper(bits: Any, place: int, other: int) -> None:
    """The check character shows any one typing error."""
    number = certificate_number(KINDS["lost-report"], str(bits), AT)
    tail = list(number.replace("-", "")[4:])
    tail[place] = ALPHABET[(ALPHABET.index(tail[place]) + other) % 32]
    assert read_name("LR26" + "".join(tail), PREFIXES) is None


def test_no_two_kinds_share_a_check_character() -> None:
    """A number typed under another kind's prefix is mistyped."""
    prefixes = [kind.prefix for kind in KINDS.values()]
    assert len({written_number(prefix, "26" + "0" * 10)[-1] for prefix in prefixes}) == len(prefixes)


def test_the_year_of_a_number_is_india_s() -> None:
    """At 20:00 UTC on 31 December it is already the next year there, as the paper's date says."""
    late = AT.replace(month=12, day=31, hour=20)
    assert certificate_number(KINDS["character"], ID, late).startswith("CC-27-")


async def test_json_or_page_by_quality(http: httpx.AsyncClient) -> None:
    """Who would rather have JSON gets JSON, and a browser its page."""
    accepts = {
        "application/json, text/html;q=0.1": "application/json",
        "text/html;q=0.1, application/json;q=0.9": "application/json",
        "text/html,application/xhtml+xml,*/*;q=0.8": "text/html",
        "*/*": "application/json",
    }
    for accept, kind in accepts.items():
        answer = await http.get(f"/v1/verify/{NUMBER}", headers={"accept": accept})
        assert answer.headers["content-type"].startswith(kind), accept
