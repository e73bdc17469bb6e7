"""Whether a case's citizen is offered to call for help out of it, and where."""

from collections.abc import Mapping
from typing import Any, Final

from chassis.http.problems import Language
from intake.case.model import Case
from intake.case.states import FINAL, Family
from intake.texts import Texts

EMERGENCY_OFFERED: Final = "emergency_offered"


def emergency_offer(case: Case, case_url: str, texts: Texts, language: Language) -> Mapping[str, Any] | None:
    """What one call does and where to POST it; None for an emergency, a tip, and after the end.

    The call itself is refused for none of these.
    """
    if case.family in (Family.EMERGENCY, Family.TIP) or case.state in FINAL:
        return None
    return {"text": texts.notices[EMERGENCY_OFFERED].in_(language), "url": f"{case_url}/emergency"}
