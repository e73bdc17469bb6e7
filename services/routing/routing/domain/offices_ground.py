"""The edge of all the ground that one office answers for: a station's own and that of its outposts."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Geometry, STRtree

from routing.domain.projection import Geometries

# Edges this small a part of the tolerance inside the ground are inside: more than what computing with it is off.
INSIDE = 0.1


def together_by_office(offices: Sequence[str]) -> list[list[int]]:
    """The polygons' numbers, for each office that has more than one."""
    grouped: defaultdict[str, list[int]] = defaultdict(list)
    for number, office in enumerate(offices):
        grouped[office].append(number)
    return [numbers for numbers in grouped.values() if len(numbers) > 1]


def rims(
    polygons: Geometries, edges: Sequence[Geometry], together: Sequence[Sequence[int]], tolerance: NDArray[np.float64]
) -> list[Geometry]:
    """For each polygon the edge beyond which another office may answer: its own, or that of all ground `together`.

    `tolerance`, for each polygon, is how wide slivers between polygons drawn one by one may be.
    """
    found = list(edges)
    tree = STRtree(polygons) if together else None
    for numbers in together:
        if tree is not None:
            rim = _rim(polygons, tree, numbers, float(tolerance[numbers].max()))
            for number in numbers:
                found[number] = rim
    return found


def _rim(polygons: Geometries, tree: STRtree, numbers: Sequence[int], tolerance: float) -> Geometry:
    ground = shapely.union_all(polygons[list(numbers)])
    edge = shapely.boundary(ground)
    # Without what only lines a sliver between two grounds of the office, unless a stranger's ground is there.
    within = ground.buffer(tolerance, join_style="mitre").buffer(-(1 + INSIDE) * tolerance, join_style="mitre")
    beside = tree.query(ground, predicate="dwithin", distance=2 * tolerance).tolist()
    strangers = polygons[[number for number in beside if number not in numbers]]
    outer = edge.difference(within.difference(shapely.union_all(strangers).buffer(tolerance)))
    return edge if outer.is_empty else outer
