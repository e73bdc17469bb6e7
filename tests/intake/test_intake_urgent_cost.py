"""What the reading of an emergency may cost, whatever was sent."""

import gzip
import time
from collections.abc import Callable

import pytest

from intake.filing.notices import FIELD_UNREADABLE
from intake.filing.reading.urgent import Urgent, read_urgent

# Made when its test runs: the bomb alone is 100 MB while it is made.
COSTLY: dict[str, Callable[[], bytes]] = {
    "brackets": lambda: b"[" * 10**6,
    "objects": lambda: b"[" + b"{}," * 330_000,
    "digits": lambda: b'{"a":' + b"9" * 10**6 + b"}",
    "form fields": lambda: b"a=b&" * 250_000,
    "assignments": lambda: b"a:b " * 250_000,
    "escapes": lambda: b'"\\u0301' * 140_000,
    "marks": lambda: "\u0301\u0316".encode() * 250_000,
    "marks in a note": ('{"note":"' + "\u0301\u0316" * 60_000 + '"}').encode,
    "marks in a place": ('{"location":"' + "\u0301\u0316" * 60_000 + '"}').encode,
    "members": lambda: b"{" + b",".join(b'"k%d":"v"' % number for number in range(60_000)) + b"}",
    "parts": lambda: b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n' * 20_000,
    "a bomb": lambda: gzip.compress(b"[" * 10**8),
    "spaces": lambda: b"a:" + b" " * 10**6,
    "phones": lambda: b'{"phone":"' + b"9," * 500_000 + b'"}',
    "links": lambda: b'{"note":"' + b"http://x/@1,2 " * 70_000 + b'"}',
    "places": lambda: b'{"location":[' + b'"a 25.6 b",' * 40_000 + b"1]}",
    "kinds": lambda: b'{"kind":"' + b"aag " * 250_000 + b'"}',
    "quotes": lambda: b'"' * 10**6,
}


@pytest.fixture(params=COSTLY)
def body(request: pytest.FixtureRequest) -> bytes:
    return COSTLY[request.param]()


def test_no_body_costs_much_more_than_a_plain_one(body: bytes) -> None:
    """A megabyte of the worst is read in tens of milliseconds; some of these took seconds, or for ever."""
    started = time.process_time()
    read = read_urgent(body)
    assert time.process_time() - started < 0.5
    assert isinstance(read, Urgent)
    assert read.kinds


def test_a_known_member_is_read_behind_thousands_of_others() -> None:
    """Of very many members those without a meaning are passed over, and that is noted; the number to ring is not."""
    members = b",".join(b'"k%d":"v"' % number for number in range(20_000))
    read = read_urgent(b"{" + members + b', "Phone": "9431000000"}')
    assert read.phone == "+919431000000"
    assert FIELD_UNREADABLE in read.flags
