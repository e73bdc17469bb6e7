"""Where a map draws a district: a point within its boundary, as shipped with routing."""

import json
from collections.abc import Iterator

from deploy.k8s.tools.generated import ROOT
from shapely.geometry import shape

BOUNDARIES = ROOT / "services/routing/routing/data/districts.geojson"


def district_places() -> Iterator[tuple[str, str, str]]:
    """Name, latitude and longitude in degrees (WGS 84), by name."""
    features = json.loads(BOUNDARIES.read_text(encoding="utf8"))["features"]
    for feature in sorted(features, key=lambda one: str(one["properties"]["district"])):
        point = shape(feature["geometry"]).representative_point()
        yield feature["properties"]["district"], f"{point.y:.3f}", f"{point.x:.3f}"
