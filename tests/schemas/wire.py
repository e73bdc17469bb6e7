"""A filed emergency as the codec's tests write and bend it."""

import json
from datetime import UTC, datetime
from typing import Any

from event_schemas import ComplaintFiled, Location, encode

CASE = "c_01KB1M7Q2V8W3X9Y4Z5A6B7C8D"
AT = datetime(2026, 11, 3, 15, 31, 9, 412000, tzinfo=UTC)
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
Headers = tuple[tuple[str, bytes], ...]


def filed(**changes: Any) -> ComplaintFiled:
    fields: dict[str, Any] = {
        "case_id": CASE,
        "case_seq": 1,
        "occurred_at": AT,
        "tracking_number": "JS-26-1F9C-7TRB-3",
        "service_code": "emergency-112",
        "lane": "emergency",
        "channel": "phone112",
        "language": "hi",
        "kinds": ["police", "ambulance"],
        "location": Location(lat=25.6127, lon=85.1432),
    }
    return ComplaintFiled(**(fields | changes))


def headers_with(headers: Headers, **changes: bytes | None) -> list[tuple[str, bytes]]:
    named = {name.replace("_", "-") if name == "content_type" else name: value for name, value in changes.items()}
    kept = [(name, value) for name, value in headers if name not in named]
    return kept + [(name, value) for name, value in named.items() if value is not None]


def body(record_value: bytes, **changes: Any) -> bytes:
    return json.dumps(json.loads(record_value) | changes).encode()


WRITTEN = encode(filed(), event_id="ev-1", source="intake", traceparent=TRACE)
