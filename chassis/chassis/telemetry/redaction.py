"""Remove personal data from log records: known keys are dropped, numbers of persons masked in any script."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, MutableMapping
from datetime import datetime
from typing import Any
from urllib.parse import unquote_plus

REDACTED = "[redacted]"
MASKED = "[number]"

# Keys whose values speak of a person or open a door, whatever the values look like.
PERSONAL_KEYS = frozenset({
    "name", "first_name", "last_name", "full_name", "father_name", "complainant", "applicant", "victim", "accused",
    "person", "phone", "mobile", "msisdn", "to_phone", "contact", "email", "address", "description", "note", "text",
    "message_text", "body", "content", "value", "plaintext", "sealed", "attributes", "personal", "lat", "lon",
    "latitude", "longitude", "location", "point", "aadhaar", "uid", "pan", "passport", "licence", "voter_id",
    "document_number", "otp", "passphrase", "password", "secret", "receipt_secret", "token", "access_token",
    "refresh_token", "authorization", "cookie", "client_ip", "remote_addr", "client_addr", "idempotency_key",
    "query_string",
})  # fmt: skip
# Keys whose long digit runs are identifiers of ours or plain measures.
SAFE_KEYS = frozenset({
    "case_id", "event_id", "cause_id", "trace_id", "span_id", "traceparent", "offset", "partition", "topic",
    "group_id", "service", "timestamp", "level", "logger", "error_code", "document_id", "notification_id",
    "certificate_id", "breach_id", "version", "pid", "port", "frames",
})  # fmt: skip

# 10 to 14 digits of any script, in one run or grouped by a space, dot or dash: phones (with +91) and Aadhaar numbers.
_NUMBER = re.compile(r"(?<![\w])\+?\d(?:[ .\-\u2010-\u2015]?\d){9,13}(?![\w])")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/_\-]{14,}={0,2}")
_EMAIL = re.compile(r"[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+")
_MAX_DEPTH = 6


def redact_event(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Redact a log record in place (a structlog processor)."""
    for key, value in event.items():
        if key == "event" and isinstance(value, str):
            event[key] = redact_text(value)
        elif not key.startswith("_"):
            event[key] = redact_value(key, value)
    return event


def redact_value(key: str, value: Any, depth: int = 0) -> Any:
    """The value without personal data, judged by its key and its looks."""
    lowered = key.lower()
    if lowered in PERSONAL_KEYS:
        return REDACTED
    if value is None or isinstance(value, bool | float) or lowered in SAFE_KEYS:
        return value
    if isinstance(value, int):
        return MASKED if 10**9 <= abs(value) < 10**12 and not _is_measure(lowered) else value
    if isinstance(value, Mapping | list | tuple | set | frozenset):
        return _redact_inside(value, depth + 1)
    return _redact_scalar(value)


def _redact_inside(value: Any, depth: int) -> Any:
    if depth > _MAX_DEPTH:
        return REDACTED
    if isinstance(value, Mapping):
        return {str(name): redact_value(str(name), inner, depth) for name, inner in value.items()}
    return [redact_value("", inner, depth) for inner in value]


def _redact_scalar(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        return f"[{len(value)} bytes]"
    return redact_text(str(value))


def redact_text(text: str) -> str:
    """Mask numbers of persons and e-mail addresses, plain, URL-encoded or in base64."""
    if "%" in text and _names_a_person(unquote_plus(text)):
        return REDACTED
    kept: list[str] = []
    end = 0
    for found in _UUID.finditer(text):
        kept += [_mask(text[end : found.start()]), found.group()]
        end = found.end()
    kept.append(_mask(text[end:]))
    return "".join(kept)


def _mask(text: str) -> str:
    if len(text) < 6:
        return text
    text = _BASE64.sub(_hide_encoded, text)
    return _EMAIL.sub(REDACTED, _NUMBER.sub(MASKED, text))


def _hide_encoded(found: re.Match[str]) -> str:
    raw = found.group().rstrip("=").replace("-", "+").replace("_", "/")
    try:
        decoded = base64.b64decode(raw + "=" * (-len(raw) % 4), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return found.group()
    return REDACTED if _names_a_person(decoded) else found.group()


def _names_a_person(text: str) -> bool:
    return bool(_NUMBER.search(text) or _EMAIL.search(text))


def _is_measure(key: str) -> bool:
    return key.endswith(("_ms", "_ns", "_us", "_seconds", "_bytes", "_count", "_offset", "_total", "_at"))
