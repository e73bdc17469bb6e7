"""Some claims have been untrue before: in either language they stand only where their event proves them."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from chassis.settings import load_yaml
from janseva_local.folder import ROOT

TEXTS: dict[str, Any] = load_yaml(ROOT / "services/intake/intake/texts/texts.yaml")
TEMPLATES: dict[str, Any] = load_yaml(ROOT / "services/notifier/notifier/templates.yaml")
# What is claimed, in Hindi and English, and the texts that may claim it.
CLAIMS = {
    "work has begun": (
        r"(कार्रवाई|काम|कार्य|जाँच) (चल रह|जारी|शुरू|आरंभ)|[Ww]ork (is|has|was)|[Bb]egun work|under way",
        {"next_step in_progress"},
    ),
    "the time is paused": (
        r"रुकी (है|थी)|रुक गई|रोकी गई|रोक दी|(is|was|has been) paused",
        {"timeline SLAClockAdjusted paused", "sms clock_paused"},
    ),
}


def texts() -> Iterator[tuple[str, str]]:
    """(where it stands, text) of every sentence of a citizen's timeline, next step and messages."""
    for event, variants in TEXTS["timeline"].items():
        for one in variants:
            yield from (
                (f"timeline {event} {one.get('when', {}).get('state', '')}".strip(), one[x]) for x in ("hi", "en")
            )
    for one in TEXTS["next_step"]:
        yield from ((f"next_step {one.get('when', {}).get('state', '')}".strip(), one[x]) for x in ("hi", "en"))
    for template in TEMPLATES["templates"]:
        yield from ((f"sms {template['id']}", template["texts"][x]["text"]) for x in ("hi", "en"))


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_claim_stands_where_its_event_proves_it_alone(claim: str) -> None:
    """And there in both languages: a text that claims less in one of them is found too."""
    pattern, proved = CLAIMS[claim]
    claiming = [place for place, text in texts() if re.search(pattern, text)]
    assert set(claiming) == proved
    assert all(claiming.count(place) == 2 for place in proved)
