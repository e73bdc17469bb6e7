"""Whatever stands in a record's headers and body, reading it gives an event or InvalidEvent, and nothing else."""

import json
from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from event_schemas import Envelope, InvalidEvent, UtcTime, decode, encode
from event_schemas.codec import LARGEST_NUMBER
from event_schemas.times import EARLIEST, LATEST, read_time, sane_time
from tests.schemas.odd_records import TIMES, example_bodies, headers_of, odd_records
from tests.schemas.wire import WRITTEN, body, filed, headers_with

BODIES: dict[str, list[dict[str, Any]]] = defaultdict(list)
for _schema, _body in example_bodies():
    BODIES[_schema].append(_body)


def read_or_refused(headers: Any, value: bytes) -> Envelope | None:
    try:
        return decode(headers, value)
    except InvalidEvent as error:
        assert len(str(error)) < 1_000  # noqa: PT017  the whole of what a reader may see of a bad record
        return None


@pytest.mark.parametrize("schema", sorted(BODIES))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_record_is_an_event_or_invalid(schema: str, data: st.DataObject) -> None:
    headers, value = data.draw(odd_records(schema, tuple(BODIES[schema])))
    found = read_or_refused(headers, value)
    if found is not None:
        assert EARLIEST <= found.time < LATEST
        assert EARLIEST <= found.data.occurred_at < LATEST


@pytest.mark.parametrize("schema", sorted(BODIES))
def test_every_example_is_read(schema: str) -> None:
    for one in BODIES[schema]:
        assert read_or_refused(tuple(headers_of(schema, one).items()), json.dumps(one).encode()) is not None


@pytest.mark.parametrize("time", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z"])
def test_a_time_that_leaves_the_calendar_is_an_invalid_event(time: str) -> None:
    """One such header ended five services, again at each start."""
    with pytest.raises(InvalidEvent, match="ce_time"):
        decode(headers_with(WRITTEN.headers, ce_time=time.encode()), WRITTEN.value)
    with pytest.raises(InvalidEvent, match="/occurred_at"):
        decode(WRITTEN.headers, body(WRITTEN.value, occurred_at=time))


@pytest.mark.parametrize("number", [LARGEST_NUMBER + 1, 2**64, 10**400, 1e308])
def test_a_number_that_no_store_holds_is_an_invalid_event(number: float) -> None:
    with pytest.raises(InvalidEvent):
        decode(WRITTEN.headers, body(WRITTEN.value, case_seq=number))


def test_a_nul_is_an_invalid_event_and_its_spelling_is_not() -> None:
    with pytest.raises(InvalidEvent):
        decode(WRITTEN.headers, body(WRITTEN.value, attributes={"a\x00": "b"}))
    assert decode(WRITTEN.headers, body(WRITTEN.value, attributes={"a": "\\u0000"}))


@pytest.mark.parametrize("written", TIMES)
def test_one_rule_decides_which_times_make_sense(written: str) -> None:
    """The header's reading, the body's field and the rule itself agree on each."""
    adapter: TypeAdapter[datetime] = TypeAdapter(UtcTime)
    try:
        expected: datetime | None = read_time(written)
    except ValueError:
        expected = None
    try:
        found: datetime | None = adapter.validate_python(written)
    except ValidationError:
        found = None
    assert found == expected
    if expected is not None:
        assert sane_time(expected).tzinfo is UTC


def test_a_writer_makes_no_senseless_time() -> None:
    with pytest.raises(ValueError, match="1950 to 2199"):
        encode(filed(occurred_at=datetime(2300, 1, 1, tzinfo=UTC)), event_id="e", source="intake")
