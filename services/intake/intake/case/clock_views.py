"""A clock round as people see it, whoever asks: its codes with their names, and the seconds that remain."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chassis.bilingual import Language
from chassis.sentences import CodeNames
from intake.case.clocks import ClockRecord, Due


def clock_view(
    clock: ClockRecord | Due, state: str, at: datetime, code_names: CodeNames, language: Language
) -> Mapping[str, Any]:
    """`remaining_s`: seconds from `at` to the due time, negative behind it."""
    return {
        "clock": clock.clock,
        "clock_id": clock.clock_id,
        "name": code_names.name("clocks", clock.clock, language),
        "state": state,
        "state_text": code_names.name("clock_states", state, language),
        "due_at": clock.due_at,
        "remaining_s": int((clock.due_at - at).total_seconds()),
    }
