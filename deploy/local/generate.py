"""Writes the demo's policies: the latest shipped edition with targets of seconds.

python deploy/local/generate.py [--check]
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from deploy.k8s.tools.generated import ROOT, as_yaml, main

from chassis.policy_file import read_policies
from event_schemas.clock_policy import ClockPolicy
from event_schemas.policies import DEFAULT_PATH
from event_schemas.values import ClockOwner

SHORT_S = {"dial112_response": 6, "hearing": 8}
USUAL_S = 10
CITIZENS_S = 12
ABOUT = "# The shipped promises with targets of seconds: clocks break while one watches. For the demo, never for use.\n"
# By level, in targets after the due time: each post is informed while one watches.
STEPS = (0, 0.5, 1, 2)


def files() -> dict[Path, str]:
    shipped = read_policies(DEFAULT_PATH).latest
    document = {
        "version": "demo.2",
        "effective_from": "2026-11-01T00:00:00+05:30",
        "clocks": [_clock(policy) for policy in shipped.clocks],
    }
    text = as_yaml(document, source="deploy/local/generate.py from the latest shipped edition")
    return {ROOT / "deploy/local/policies.demo.yaml": ABOUT + text}


def _clock(policy: ClockPolicy) -> Mapping[str, Any]:
    target_s = SHORT_S.get(policy.clock, CITIZENS_S if policy.owner is ClockOwner.CITIZEN else USUAL_S)
    document = policy.model_dump(mode="json", exclude_defaults=True) | {
        "target": f"PT{target_s}S",
        "calendar": "elapsed",
        "escalation": [
            {"level": step.level, "post": str(step.post), "after": f"PT{STEPS[step.level] * target_s:g}S"}
            for step in policy.escalation
        ],
    }
    document.pop("working_days", None)
    if policy.warn_after:
        document["warn_after"] = [f"PT{target_s * (after / policy.target):g}S" for after in policy.warn_after]
    if policy.pause_cap is not None:
        document["pause_cap"] = document["target"]
    return document


if __name__ == "__main__":
    sys.exit(main(files(), sys.argv[1:]))
