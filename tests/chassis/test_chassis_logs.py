"""Logs are JSON with constant names, and no personal data gets through in any disguise."""

from __future__ import annotations

import base64
import io
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from chassis.telemetry.logs import bind, configure_logging, describe_error, get_logger
from chassis.telemetry.redaction import redact_text, redact_value
from chassis.telemetry.tracing import span

PHONE, AADHAAR = "9876543210", "2345 6789 0124"
DEVANAGARI = str.maketrans("0123456789", "०१२३४५६७८९")


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    before = logging.getLogger().handlers[:], logging.getLogger().level
    out = io.StringIO()
    configure_logging("svc", "debug", out)
    yield out
    logging.getLogger().handlers[:], level = before[0], before[1]
    logging.getLogger().setLevel(level)
    structlog.reset_defaults()


def _lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_record_is_one_json_line_with_its_context(stream: io.StringIO) -> None:
    """Event name, keywords, bound context, service, level, time and trace stand in one line."""
    with bind(case_id="c_1"), span("x") as traceparent:
        get_logger("a").info("complaint_accepted", lane="routine")
    (line,) = _lines(stream)
    assert line["event"] == "complaint_accepted"
    assert (line["case_id"], line["lane"], line["service"], line["level"]) == ("c_1", "routine", "svc", "info")
    assert line["trace_id"] == traceparent.split("-")[1]
    assert datetime.fromisoformat(line["timestamp"]).tzinfo is not None


def test_context_ends_with_its_block(stream: io.StringIO) -> None:
    """What was bound for one message is not on the next."""
    with bind(case_id="c_1"):
        pass
    get_logger("a").info("later")
    assert "case_id" not in _lines(stream)[0]


def test_the_standard_librarys_records_are_json_and_redacted_too(stream: io.StringIO) -> None:
    """Libraries log through the same door."""
    logging.getLogger("some.library").warning("could not reach %s", "+91 98765-43210")
    (line,) = _lines(stream)
    assert line["level"] == "warning"
    assert "98765" not in line["event"]


def test_an_exceptions_text_is_not_logged(stream: io.StringIO) -> None:
    """A validator's message quotes its input: the log keeps the kind of the error and where it happened."""
    for log in (get_logger("a"), logging.getLogger("b")):
        try:
            int(f"input was Sita Devi {PHONE}")
        except ValueError:
            log.exception("crashed")
    for line in _lines(stream):
        assert line["error"] == "ValueError"
        assert any("test_chassis_logs" in frame for frame in line["frames"])
    assert "Sita" not in stream.getvalue()
    assert PHONE not in stream.getvalue()


def test_a_client_library_does_not_flood_the_log(stream: io.StringIO) -> None:
    """The same complaint of a client shows once in a while; ours show always."""
    for _ in range(50):
        logging.getLogger("aiokafka.conn").error("Unable to connect to %s", "broker")
        get_logger("ours").warning("partition_blocked")
    events = [line["event"] for line in _lines(stream)]
    assert (events.count("Unable to connect to broker"), events.count("partition_blocked")) == (1, 50)


def test_an_operators_error_keeps_its_text() -> None:
    """OSErrors name ports and files, not persons."""
    assert describe_error(OSError(98, "address already in use")).endswith("address already in use")


SEEDS = {
    "plain": PHONE,
    "country code": f"+91{PHONE}",
    "spaced": "98765 43210",
    "dashed": "+91-98765-43210",
    "aadhaar": AADHAAR,
    "aadhaar in one": AADHAAR.replace(" ", ""),
    "devanagari": PHONE.translate(DEVANAGARI),
    "devanagari aadhaar": AADHAAR.translate(DEVANAGARI),
    "bengali": PHONE.translate(str.maketrans("0123456789", "০১২৩৪৫৬৭৮৯")),
    "full width": PHONE.translate({ord(str(digit)): 0xFF10 + digit for digit in range(10)}),
    "url-encoded": quote(f"+91 {PHONE}"),
    "url-encoded devanagari": quote(PHONE.translate(DEVANAGARI)),
    "base64": base64.b64encode(f"phone {PHONE}".encode()).decode(),
    "base64url devanagari": base64.urlsafe_b64encode(PHONE.translate(DEVANAGARI).encode()).decode(),
    "e-mail": "sita.devi@example.org",
}


@pytest.mark.parametrize("seed", SEEDS.values(), ids=SEEDS.keys())
@pytest.mark.parametrize("around", ["{}", "call {} now", "to={};x", '{{"a":"{}"}}', "पता {}।"])
def test_numbers_of_persons_are_masked_in_every_script_and_coding(seed: str, around: str) -> None:
    """Phone and Aadhaar numbers and e-mail addresses do not survive, whatever they are wrapped in."""
    text = redact_text(around.format(seed))
    assert seed not in text
    kept = sum(character.isdecimal() for character in text)
    assert kept <= 2, text


@pytest.mark.parametrize("key", ["name", "phone", "Address", "description", "otp", "receipt_secret", "sealed", "lat"])
def test_personal_keys_are_dropped_wherever_they_stand(key: str) -> None:
    """A name has no pattern; its key gives it away, also inside nested values."""
    shown = json.dumps(redact_value("payload", {"list": [{key: "सीता देवी"}]}), ensure_ascii=False)
    assert "सीता" not in shown


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("case_id", "c_01J9ZQ4T6Y8WVXKQ2M3N4P5R6S"),
        ("event_id", "12345678-1234-5678-9012-123456789012"),
        ("which", "12345678-1234-5678-9012-123456789012"),
        ("offset", 12345678901),
        ("delay_ms", 1_700_000_000),
        ("topic", "cases.emergency"),
        ("count", 1_234_567),
        ("station", "5140003"),
        ("at", "2026-11-22T10:00:00.123456+00:00"),
    ],
)
def test_ids_and_measures_stay_readable(key: str, value: object) -> None:
    """A log that masks its own ids is of no use at three in the morning."""
    assert redact_value(key, value) == value


def test_bytes_and_times_are_shown_by_size_and_form() -> None:
    """Message bodies never reach a log; a time is no phone number."""
    assert redact_value("payload", b"9876543210") == "[10 bytes]"
    assert redact_value("when", datetime(2026, 11, 22, 10, tzinfo=UTC)) == "2026-11-22T10:00:00+00:00"


@given(st.text())
def test_any_text_can_be_redacted(text: str) -> None:
    """Redaction itself never fails."""
    assert isinstance(redact_text(text), str)
