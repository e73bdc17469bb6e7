"""Renders overlays as the cluster would get them and holds each object against what the code listens on, serves, reads,
connects to and needs.

python deploy/k8s/validate.py [OVERLAY ...]

Without an argument: every overlay of the repository. Those can't know a force's addresses, so their examples are named
and let pass; in an overlay that is named, as one does before it is applied, each is a fault.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from deploy.k8s import generate, values
from deploy.k8s.tools.connections import connection_faults
from deploy.k8s.tools.generated import ROOT, stale
from deploy.k8s.tools.kafka import kafka_faults
from deploy.k8s.tools.kubectl import render
from deploy.k8s.tools.lifetimes import lifetime_faults
from deploy.k8s.tools.listening import listening_faults
from deploy.k8s.tools.places import agreement_faults, example_faults
from deploy.k8s.tools.policy import policy_faults
from deploy.k8s.tools.schema import Object, schema_faults
from deploy.k8s.tools.settings_lint import settings_faults
from deploy.k8s.tools.starting import starting_faults
from deploy.k8s.tools.topics import topic_faults

OVERLAYS = ROOT / "deploy/k8s/overlays"


def faults_of(objects: list[Object]) -> Iterator[str]:
    for resource in objects:
        yield from schema_faults(resource)
    yield from policy_faults(objects)
    yield from settings_faults(objects, values.WITHHELD)
    for faults in (
        topic_faults,
        kafka_faults,
        listening_faults,
        connection_faults,
        lifetime_faults,
        starting_faults,
        agreement_faults,
    ):
        yield from faults(objects)


def main(arguments: list[str]) -> int:
    overlays = [Path(argument).resolve() for argument in arguments] or sorted(OVERLAYS.iterdir())
    faults = [
        f"{path.relative_to(ROOT)} is not current: run deploy/k8s/generate.py" for path in stale(generate.files())
    ]
    for overlay in overlays:
        objects = render(overlay)
        found, examples = list(faults_of(objects)), list(example_faults(objects))
        if arguments:
            found += examples
        faults += [f"{overlay.name}: {fault}" for fault in found]
        print(f"{overlay.name}: {len(objects)} objects, {len(found)} faults")
        if examples and not arguments:
            print(f"  to be replaced before it is applied, {len(examples)} in all: {'; '.join(examples)}")
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
