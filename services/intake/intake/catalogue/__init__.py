"""The catalogue of services: versioned data, checked when it is read."""

from intake.catalogue.loader import Catalogue, CatalogueError, load_catalogue
from intake.catalogue.model import Service

__all__ = ["Catalogue", "CatalogueError", "Service", "load_catalogue"]
