"""A ledger that lives under two editions of the policies, on a real Kafka and MongoDB."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from chassis.clock import SystemClock
from chassis.settings import load_yaml
from event_schemas import policies
from sla_monitor.ledger.amender import Amender
from sla_monitor.ledger.documents import round_of
from tests.integration.sla_ledger_rig import LedgerRig, complete_up_to, until
from tests.sla_monitor.sla_events import CASE, DAY, at, filed, ms

INQUIRY: dict[str, Any] = next(one for one in load_yaml(policies.DEFAULT_PATH)["clocks"] if one["clock"] == "inquiry")
FIRST = {"version": "one", "effective_from": at(-DAY), "clocks": [INQUIRY]}
SECOND = {
    "version": "two",
    "effective_from": at(10 * DAY),
    "clocks": [INQUIRY | {"target": "P40D", "applies_to_open": True}],
}


async def test_open_rounds_get_the_time_of_an_edition_that_holds_for_them(
    ledger_rig: LedgerRig, tmp_path: Path
) -> None:
    """Filed under one file, read on under the next: the due time moves without an event, and the audit agrees."""
    file = tmp_path / "policies.yaml"
    ledger_rig.settings = ledger_rig.settings.model_copy(update={"policies_file": file})
    use(ledger_rig, file, FIRST)
    async with ledger_rig.ledger() as parts:
        await ledger_rig.publish(filed())
        await complete_up_to(parts, datetime.now(UTC))
        assert await due(parts.store.rounds) == ms(30 * DAY)
    use(ledger_rig, file, FIRST, SECOND)
    async with ledger_rig.ledger() as parts:
        await until(lambda: _moved(parts.store.rounds))
        assert await Amender(parts.store, ledger_rig.policies, SystemClock()).amend() == 0
        result = await ledger_rig.audit()
    assert (result.findings, result.disagreements, result.compared) == ([], [], 1)


def use(ledger_rig: LedgerRig, file: Path, *editions: dict[str, Any]) -> None:
    file.write_text(yaml.safe_dump({"editions": list(editions)}, allow_unicode=True), encoding="utf-8")
    ledger_rig.policies = policies.read(file, load_yaml)


async def due(rounds: Any) -> int:
    found: dict[str, Any] = await rounds.find_one({"case_id": CASE})
    return round_of(found).due


async def _moved(rounds: Any) -> bool:
    return await due(rounds) == ms(40 * DAY)
