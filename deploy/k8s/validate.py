"""Renders every overlay as the cluster would get it and checks each object.

python deploy/k8s/validate.py [OVERLAY ...]
"""

import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from deploy.k8s import generate, values
from deploy.k8s.tools.edges import edge_faults
from deploy.k8s.tools.generated import ROOT, stale
from deploy.k8s.tools.kubectl import render
from deploy.k8s.tools.policy import policy_faults
from deploy.k8s.tools.schema import Object, schema_faults
from deploy.k8s.tools.settings_lint import settings_faults
from deploy.k8s.tools.topics import topic_faults

OVERLAYS = ROOT / "deploy/k8s/overlays"


def faults_of(objects: list[Object]) -> Iterator[str]:
    for resource in objects:
        yield from schema_faults(resource)
    yield from policy_faults(objects)
    yield from settings_faults(objects, values.WITHHELD)
    yield from topic_faults(objects)
    yield from edge_faults(objects)


def main(arguments: list[str]) -> int:
    overlays = [Path(argument) for argument in arguments] or sorted(OVERLAYS.iterdir())
    faults = [
        f"{path.relative_to(ROOT)} is not current: run deploy/k8s/generate.py" for path in stale(generate.files())
    ]
    for overlay in overlays:
        objects = render(overlay.resolve())
        found = list(faults_of(objects))
        faults += [f"{overlay.resolve().name}: {fault}" for fault in found]
        print(f"{overlay.resolve().name}: {len(objects)} objects, {len(found)} faults")
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
