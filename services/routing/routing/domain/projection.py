"""Degrees to a plane in which a metre is a metre in every direction near the point asked for."""

import math
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

EARTH_RADIUS_M = 6_371_008.8
# Web maps stop here too: beyond it a Mercator plane says nothing.
MAX_LATITUDE = 85.0

Geometries = NDArray[np.object_]


def project_point(lat: float, lon: float) -> tuple[float, float]:
    """Mercator, in units of metres at the equator: conformal, so that distances have one local scale."""
    return EARTH_RADIUS_M * math.radians(lon), EARTH_RADIUS_M * math.asinh(math.tan(math.radians(lat)))


def local_scale(lat: float) -> float:
    """Plane units of one ground metre at this latitude."""
    return 1.0 / math.cos(math.radians(lat))


def project(geometries: Geometries) -> Geometries:
    """The same geometries in the plane."""
    return np.asarray(shapely.transform(geometries, _project_coordinates), dtype=object)


def project_points(
    lat: NDArray[np.float64], lon: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return EARTH_RADIUS_M * np.radians(lon), EARTH_RADIUS_M * np.arcsinh(np.tan(np.radians(lat)))


def unit_vectors(lat: NDArray[np.float64], lon: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points on the unit sphere, one row each: their dot product orders by great-circle distance."""
    phi, theta = np.radians(lat), np.radians(lon)
    return np.column_stack((np.cos(phi) * np.cos(theta), np.cos(phi) * np.sin(theta), np.sin(phi)))


def unit_vector(lat: float, lon: float) -> tuple[float, float, float]:
    """One point on the unit sphere."""
    phi, theta = math.radians(lat), math.radians(lon)
    flat = math.cos(phi)
    return flat * math.cos(theta), flat * math.sin(theta), math.sin(phi)


def arcs_metres(cosines: NDArray[np.float64]) -> NDArray[np.float64]:
    """Great-circle metres from the dot products of unit vectors."""
    return np.asarray(EARTH_RADIUS_M * np.arccos(np.clip(cosines, -1.0, 1.0)), dtype=np.float64)


def _project_coordinates(coordinates: NDArray[Any]) -> NDArray[np.float64]:
    x, y = project_points(coordinates[:, 1], coordinates[:, 0])
    return np.column_stack((x, y))
