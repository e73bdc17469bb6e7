"""Writes what follows from the code: configuration from the settings, topics from the registry, the dashboards.

python deploy/k8s/generate.py [--check]
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from deploy.k8s import values
from deploy.k8s.tools.config import env_file, secret_example, secret_patch
from deploy.k8s.tools.generated import ROOT, as_yaml, as_yaml_stream, main
from deploy.k8s.tools.services import PROGRAMS, Setting, settings_class, settings_of
from deploy.k8s.tools.topics import topic_resources

K8S = ROOT / "deploy/k8s"
SOURCE = "deploy/k8s/generate.py"


def files() -> dict[Path, str]:
    """Every generated file with the text it should have."""
    made = {K8S / "base/shared.env": env_file(_shared(), values.SHARED, values.REASONS)}
    for service in PROGRAMS:
        made |= _service_files(service)
    made[K8S / "components/strimzi/topics.yaml"] = as_yaml_stream(topic_resources(), source=SOURCE)
    made[K8S / "components/monitoring/dashboards.yaml"] = as_yaml_stream(_dashboards(), source=SOURCE)
    return made


def _service_files(service: str) -> dict[Path, str]:
    settings = settings_of(settings_class(service)).values()
    elsewhere = values.PER_WORKLOAD.get(service, frozenset())
    own = [s for s in settings if not s.secret and not s.shared and s.name not in elsewhere]
    withheld = values.WITHHELD.get(service, frozenset())
    secrets = [setting for setting in settings if setting.secret and setting.name not in withheld]
    folder = K8S / "base" / service
    patches = {
        folder / name: as_yaml(secret_patch(service, kind, secrets), source=SOURCE)
        for name, kind in values.KINDS.get(service, {"secrets.yaml": "Deployment"}).items()
    }
    return patches | {
        folder / "config.env": env_file(own, values.OWN[service], values.REASONS),
        folder / "secret.env.example": secret_example(service, secrets),
    }


def _shared() -> list[Setting]:
    settings = settings_of(settings_class("intake"))
    return [setting for setting in settings.values() if setting.shared and not setting.secret]


def _dashboards() -> list[dict[str, object]]:
    """One object for each file: all of them together are more than an object may hold."""
    folder = ROOT / "deploy/grafana/dashboards"
    return [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {
                "name": path.stem,
                "namespace": "janseva",
                "labels": {"grafana_dashboard": "1"},
                "annotations": {"grafana_folder": "Janseva"},
            },
            "data": {path.name: path.read_text(encoding="utf8")},
        }
        for path in sorted(folder.glob("*.json"))
    ]


if __name__ == "__main__":
    sys.exit(main(files(), sys.argv[1:]))
