"""What intake promises at filing, by the policy file alone."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from chassis.policy_file import PoliciesRefused, read_policies
from chassis.settings import load_yaml
from event_schemas import policies
from intake.texts import load_texts
from tests.intake.intake_rig import ASHA, START, Rig

CERTIFICATE = {"service_code": "character-certificate", "language": "hi", "attributes": {"purpose": "employment"}}


async def test_a_certificates_due_times_count_working_hours(intake: Rig) -> None:
    """Filed on a Sunday: ten and fourteen working days begin on Monday at ten, and the status shows them by name."""
    answer = await intake.filed(CERTIFICATE)
    assert START.isoweekday() == 7
    assert [(due["clock_id"], due["due_at"]) for due in answer["due"]] == [
        ("verification:1", "2026-12-03T11:30:00Z"),
        ("certificate:1", "2026-12-08T11:30:00Z"),
    ]
    view = (await intake.get(f"/v1/complaints/{answer['tracking_number']}", by=ASHA)).json()
    assert [(clock["clock"], clock["name"], clock["due_at"]) for clock in view["clocks"]] == [
        ("verification", "verification", "2026-12-03T11:30:00Z"),
        ("certificate", "certificate", "2026-12-08T11:30:00Z"),
    ]


def test_every_promise_has_a_name_in_both_languages() -> None:
    """In the status, the catalogue and the messages each clock of each shipped edition has a name of its own."""
    editions = read_policies(policies.DEFAULT_PATH).editions
    shipped = {policy.clock for edition in editions for policy in edition.clocks}
    assert shipped | {"default"} == set(load_texts().code_names.names("clocks"))


@pytest.mark.parametrize("days", [-1, 1])
def test_intake_reads_a_folder_of_editions(tmp_path: Path, days: int) -> None:
    """POLICIES_FILE may be a folder: one file an edition, in the order of their names."""
    first: dict[str, Any] = load_yaml(policies.DEFAULT_PATH)
    second = first | {"version": "next", "effective_from": first["effective_from"] + timedelta(days=days)}
    for name, edition in (("1.yaml", first), ("2.yaml", second)):
        (tmp_path / name).write_text(yaml.safe_dump(edition, allow_unicode=True), encoding="utf-8")
    if days < 0:
        with pytest.raises(PoliciesRefused, match=r"next takes effect before 2026-11\.2"):
            read_policies(tmp_path)
    else:
        assert [edition.version for edition in read_policies(tmp_path).editions] == ["2026-11.2", "next"]
