"""Records of every event with something odd in its headers or body, as strategies for property tests."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from event_schemas.events import EVENT_CLASSES

Headers = tuple[tuple[str, bytes], ...]
EXAMPLES = Path(__file__).resolve().parents[2] / "schemas" / "examples"
TIMES = (
    "9999-12-31T23:59:59-12:00",
    "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00+14:00",
    "0001-01-01T00:00:00Z",
    "1899-12-31T23:59:59Z",
    "1900-01-01T00:00:00Z",
    "1950-01-01T00:00:00Z",
    "1970-01-01T00:00:00Z",
    "2000-01-01T00:00:00Z",
    "2199-12-31T23:59:59.999999Z",
    "2200-01-01T00:00:00Z",
    "2026-11-22T10:00:00+23:59",
    "2026-11-22T10:00:00",
    "2026-02-30T00:00:00Z",
    "2026-11-22",
    "",
)
NUMBERS = (0, -1, 1, 2**31, 2**53, 2**63, 2**64, 10**30, 1.5, 1e18, 1e308, -1e308, 5e-324, True)
TEXTS = (
    "",
    "\x00",
    "a\x00b",
    "$where",
    "a.b.$c",
    ".",
    "%00",
    "\u202egnirts",
    "\U0010ffff",
    "क" * 300,
    "x" * 5_000,
    "1e400",
    "null",
    "c_" + "z" * 62,
)
DEEP: Any = json.loads("[" * 60 + "]" * 60)
ODD: tuple[Any, ...] = (*TIMES, *NUMBERS, *TEXTS, None, [], {}, [None], {"": 1}, {"a.b": {"$c": 1}}, DEEP)
NO_BODIES = (b"", b"{}", b"[]", b"null", b"{", b"\xff", b"[" * 50_000, b"1" * 5_000)
HEADER_NAMES = ("ce_id", "ce_type", "ce_source", "ce_specversion", "ce_time", "ce_subject", "ce_dataschema")


def example_bodies() -> Iterator[tuple[str, dict[str, Any]]]:
    """(schema such as ComplaintFiled.v1, body) of each kept example of an event."""
    for path in sorted(EXAMPLES.glob("*/*.json")):
        kept = json.loads(path.read_text(encoding="utf8"))
        body = kept.get("data", kept) if isinstance(kept, dict) else kept
        # The head of a trail has a case too, and is read by a call of its own.
        if path.parent.name.partition(".")[0] in EVENT_CLASSES:
            yield path.parent.name, body


def headers_of(schema: str, body: dict[str, Any]) -> dict[str, bytes]:
    return {
        "ce_id": b"0190b5a8-7c4a-7000-8000-000000000001",
        "ce_type": schema.partition(".")[0].encode(),
        "ce_source": b"someone",
        "ce_specversion": b"1.0",
        "ce_time": b"2026-11-22T10:00:00Z",
        "ce_subject": str(body["case_id"]).encode(),
        "ce_dataschema": schema.encode(),
        "content-type": b"application/json",
    }


def bent_records(schema: str, body: dict[str, Any]) -> Iterator[tuple[Headers, bytes]]:
    """The example with each of its fields, those of its inner objects too, as each odd value in turn."""
    holders = [(), *((name,) for name, value in body.items() if isinstance(value, dict))]
    for path in holders:
        for name in [*(body[path[0]] if path else body), "unheard_of"]:
            for odd in ODD:
                bent = json.loads(json.dumps(body))
                (bent[path[0]] if path else bent)[name] = odd
                # A case id that is odd is odd in the header too, or the record were refused for that alone.
                yield tuple(headers_of(schema, bent).items()), json.dumps(bent).encode()


@st.composite
def odd_records(draw: st.DrawFn, schema: str, bodies: tuple[dict[str, Any], ...]) -> tuple[Headers, bytes]:
    """An example with up to three odd values in its body, and now and then an odd header or no JSON at all."""
    body = json.loads(json.dumps(draw(st.sampled_from(bodies))))
    headers = headers_of(schema, body)
    odd: st.SearchStrategy[Any] = st.sampled_from(ODD)
    odd |= st.text(max_size=20) | st.integers() | st.floats(allow_nan=False)
    for _ in range(draw(st.integers(0, 3))):
        inner = [name for name, value in body.items() if isinstance(value, dict)]
        inner.append("")
        chosen = draw(st.sampled_from(inner))
        holder = body[chosen] if chosen else body
        name = draw(st.sampled_from([*sorted(holder), "unheard_of"]))
        # A copy: the odd objects are objects too, into which the next round may put something.
        holder[name] = json.loads(json.dumps(draw(odd)))
    value = json.dumps(body).encode()
    if draw(st.integers(0, 4)) == 0:
        name = draw(st.sampled_from(HEADER_NAMES))
        headers[name] = draw(
            st.sampled_from([*(text.encode() for text in (*TIMES, *TEXTS)), b"\xff\xfe", b"x" * 600])
            | st.binary(max_size=40)
        )
    if draw(st.integers(0, 9)) == 0:
        value = draw(st.sampled_from([*NO_BODIES, value[:-3]]))
    return tuple(headers.items()), value
