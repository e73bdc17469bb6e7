"""Work before limits: what grows faster than its input never sees an input without bound."""

import time
import unicodedata

import pytest

from chassis.bounds import MAX_MARKS, TooLongError, bounded, normalized
from chassis.http.json_body import MAX_DEPTH, depth_of, parse_json
from chassis.http.problems import Problem

# Each freezes unicodedata.normalize for seconds: marks out of order, letters that are nothing but marks.
WORST = ("\u0301\u0316", "\u0f71\u0f72", "\u0f73", "\u0344\u0316", "\uff9e\u0316", "क\u093c" + "\u094d\u0316" * 40)


def test_the_worst_texts_cost_no_more_than_plain_ones() -> None:
    """60,000 marks in a row are normalized in the time of a text of the same length."""
    normalized("NFC", "क", 10)
    for unit in WORST:
        text = (unit * 60_000)[:60_000]
        for form in ("NFC", "NFKD"):
            began = time.process_time()
            normalized(form, text, 60_000)
            assert time.process_time() - began < 0.25, (form, unit[:3])


def test_a_text_over_the_limit_is_refused_before_the_call() -> None:
    with pytest.raises(TooLongError):
        normalized("NFC", "a" * 101, 100)
    assert bounded("a" * 100, 100) == "a" * 100


@pytest.mark.parametrize("text", ["क़ख़ग़", "e\u0301\u0301", "Å\u0316\u0301", "हिन्दी में लिखा", "한국어", "ß" * 50])
def test_ordinary_texts_are_normalized_as_ever(text: str) -> None:
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert normalized(form, text, 100) == unicodedata.normalize(form, text)


def test_marks_beyond_what_a_letter_can_carry_are_left_out() -> None:
    assert len(normalized("NFD", "a" + "\u0301" * 500, 501)) == 1 + MAX_MARKS


@pytest.mark.parametrize(
    "raw",
    [
        b"[" * 65 + b"]" * 65,
        b'{"a":' * 200 + b"1" + b"}" * 200,
        b"1e400",
        b"1" * 5_000,
        b'"\xff"',
        b"NaN",
        b'"\\ud800"',
    ],
    ids=["lists", "objects", "infinite", "many digits", "no utf-8", "nan", "half a pair"],
)
def test_a_body_that_no_client_means_is_malformed(raw: bytes) -> None:
    with pytest.raises(Problem) as refused:
        parse_json(raw)
    assert refused.value.type.code == "malformed_json"


def test_a_body_of_too_many_values_is_refused_with_one_error() -> None:
    with pytest.raises(Problem) as refused:
        parse_json(b"[" + b"1," * 6_000 + b"1]")
    assert refused.value.type.status == 422
    assert parse_json(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)


@pytest.mark.parametrize(
    ("raw", "deep"),
    [
        (b"[[1], [[2]]]", 3),
        (b'{"a": "[[[["}', 1),
        (b'{"a\\"[": ["\\\\", {}]}', 3),
        (b"[" * 5_000, 1_024),
        (b"]]]] no JSON {{", 0),
        (b"plain", 0),
    ],
)
def test_depth_is_measured_without_parsing(raw: bytes, deep: int) -> None:
    assert depth_of(raw) == deep
