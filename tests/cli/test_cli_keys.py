"""`janseva keys`: which months can be sealed, and a new key for one."""

import base64
import json
from datetime import UTC, datetime

import pytest

from chassis.sealing import KeyRing
from janseva_cli.__main__ import main
from janseva_cli.keys import faults_of

EARLY, LATE = datetime(2026, 11, 10, tzinfo=UTC), datetime(2026, 11, 27, tzinfo=UTC)


@pytest.mark.parametrize(
    ("months", "now", "faults"),
    [
        (["2026-11"], EARLY, []),
        (["2026-11", "2026-12"], LATE, []),
        (["2026-11"], LATE, ["no key of 2026-12, which begins within a week"]),
        (["2026-10"], EARLY, ["no key of 2026-11: the one of 2026-10 is used"]),
        (["2026-12"], EARLY, ["no key of 2026-11: nothing can be sealed"]),
        ([], LATE, ["no key of 2026-11: nothing can be sealed", "no key of 2026-12"]),
    ],
    ids=["enough", "both", "next", "earlier", "later", "none"],
)
def test_a_month_without_a_key_is_named(months: list[str], now: datetime, faults: list[str]) -> None:
    """This month's, and within a week of it the next one's."""
    found = [*faults_of(months, now)]
    assert len(found) == len(faults)
    assert all(part in fault for part, fault in zip(faults, found, strict=True))


def test_a_new_key_is_a_ring_of_its_month(capsys: pytest.CaptureFixture[str]) -> None:
    """32 bytes, another each time, in the form that SEALING_KEYS has."""
    rings = []
    for _ in range(2):
        assert main(["keys", "new", "2027-01"]) == 0
        rings.append(json.loads(capsys.readouterr().out))
    assert KeyRing.from_json(json.dumps(rings[0])).months == ("2027-01",)
    assert len(base64.b64decode(rings[0]["2027-01"])) == 32
    assert rings[0] != rings[1]
    assert main(["keys", "new", "2027-13"]) == 1
    assert capsys.readouterr().err == "not done: '2027-13' is no month like 2027-01\n"


def test_the_check_shows_months_and_never_a_key(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A ring that is none is refused by its variable, without what it holds."""
    secret = base64.b64encode(b"k" * 32).decode()
    monkeypatch.setenv("SEALING_KEYS", json.dumps({"2020-01": secret}))
    assert main(["keys", "check"]) == 1
    shown = capsys.readouterr().out
    assert "2020-01" in shown
    assert secret not in shown
    monkeypatch.setenv("SEALING_KEYS", f'{{"2020-01": "{secret}')
    assert main(["keys", "check"]) == 2
    err = capsys.readouterr().err
    assert err.startswith("not done: SEALING_KEYS: ")
    assert secret not in err
