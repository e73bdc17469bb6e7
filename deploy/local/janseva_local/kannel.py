"""Kannel's documented sendsms interface, read strictly: a request in, a message or Kannel's own refusal out. Pure."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntFlag
from urllib.parse import parse_qsl, quote

MAX_TEXT = 1600  # characters; longer than any concatenated message an operator carries


class Refused(Exception):
    """What Kannel answers instead of 202."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


class DlrMask(IntFlag):
    """The delivery reports a sender asks for (dlr-mask), and the type of one (%d)."""

    DELIVERED = 1
    NOT_DELIVERED = 2
    QUEUED = 4
    ACCEPTED_BY_CENTRE = 8
    REJECTED_BY_CENTRE = 16


@dataclass(frozen=True, slots=True)
class Account:
    username: str
    password: str


@dataclass(frozen=True, slots=True)
class SmsRequest:
    sender: str
    to: tuple[str, ...]
    text: str
    dlr_mask: DlrMask
    dlr_url: str | None
    meta_data: str
    service: str

    @property
    def meta(self) -> Mapping[str, Mapping[str, str]]:
        return parse_meta_data(self.meta_data)


def parse_sendsms(raw: bytes, account: Account) -> SmsRequest:
    """Reads a query string or a form body. Refused (400, 403) with Kannel's texts."""
    # Latin-1 keeps each percent-decoded byte as one character until the charset is known.
    fields = dict(parse_qsl(raw.decode("latin-1"), keep_blank_values=True, encoding="latin-1"))
    _authorize(fields, account)
    to = tuple(fields.get("to", "").split())
    if not to:
        raise Refused(400, "Missing receiver number, rejected")
    if "text" not in fields:
        raise Refused(400, "Missing message text, rejected")
    sender = fields.get("from", "").strip()
    if not sender:
        raise Refused(400, "Sender missing and no global set, rejected")
    mask = _number(fields, "dlr-mask", highest=31, refusal="DLR-Mask field misformed, rejected")
    return SmsRequest(
        sender=sender,
        to=to,
        text=_text(fields),
        dlr_mask=DlrMask(mask),
        dlr_url=fields.get("dlr-url") or None,
        meta_data=fields.get("meta-data", ""),
        service=fields["username"],
    )


def parse_meta_data(text: str) -> dict[str, dict[str, str]]:
    """`?group?key=value&key=value?group?...` as nested dicts."""
    groups: dict[str, dict[str, str]] = {}
    parts = text.split("?")[1:]
    for name, pairs in zip(parts[::2], parts[1::2], strict=False):
        groups[name] = dict(parse_qsl(pairs, keep_blank_values=True))
    return groups


def fill_report_url(url: str, request: SmsRequest, *, to: str, report: DlrMask, message_id: str, at: datetime) -> str:
    """The dlr-url with Kannel's escapes filled in, such as %d (type of report), %F (message id), %T (Unix time)."""
    answer = "ACK" if report in (DlrMask.DELIVERED, DlrMask.ACCEPTED_BY_CENTRE) else "NACK"
    values = {
        "d": str(int(report)),
        "p": to,
        "P": request.sender,
        "t": f"{at:%Y-%m-%d %H:%M:%S}",
        "T": str(int(at.timestamp())),
        "F": message_id,
        "n": request.service,
        "D": request.meta_data,
        "A": f"{answer}/",
        "i": "janseva-local",
        "%": "%",
    }
    filled, position = [], 0
    while position < len(url):
        escape = url[position + 1 : position + 2]
        if url[position] == "%" and escape in values:
            filled.append(quote(values[escape], safe=""))
            position += 2
        else:
            filled.append(url[position])
            position += 1
    return "".join(filled)


def _authorize(fields: Mapping[str, str], account: Account) -> None:
    username = fields.get("username", fields.get("user", "")).encode("latin-1")
    password = fields.get("password", fields.get("pass", "")).encode("latin-1")
    known = hmac.compare_digest(username, account.username.encode())
    if not (hmac.compare_digest(password, account.password.encode()) and known):
        raise Refused(403, "Authorization failed for sendsms")


def _text(fields: Mapping[str, str]) -> str:
    coding = _number(fields, "coding", highest=2, refusal="Coding field misformed, rejected")
    charset = fields.get("charset") or ("UTF-16BE" if coding == 2 else "UTF-8")
    try:
        text = fields["text"].encode("latin-1").decode(charset)
    except (LookupError, UnicodeDecodeError) as error:
        raise Refused(400, "Charset or body misformed, rejected") from error
    if len(text) > MAX_TEXT:
        raise Refused(400, "Message text is too long, rejected")
    return text


def _number(fields: Mapping[str, str], name: str, *, highest: int, refusal: str) -> int:
    value = fields.get(name) or "0"
    if not value.isascii() or not value.isdigit() or int(value) > highest:
        raise Refused(400, refusal)
    return int(value)
