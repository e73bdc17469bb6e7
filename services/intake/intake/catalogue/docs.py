"""Descriptions of the catalogue's calls, for OpenAPI."""

from typing import Final

from chassis.http.openapi import Answer, Description
from intake import problems
from intake.catalogue import shapes

SERVICES: Final = Description(
    "list_services",
    "What citizens can file",
    "The catalogue: each service with its names, how to file it, whether a login is needed, its own questions as JSON "
    "Schema (titles, help and the words of each choice in the language asked for), documents, promised times, fee, "
    "what it yields, how it is routed, whether it is live, and an example that is accepted. `version` changes with "
    "every edit.",
    (
        Answer(200, "Every service", shapes.ServiceCatalogue, headers=("ETag", "Content-Language")),
        Answer(304, "Nothing has changed since `If-None-Match`", headers=("ETag", "Content-Language")),
    ),
    stored=False,
)
SERVICE: Final = Description(
    "read_service",
    "One service, with its questions",
    "As in the catalogue.",
    (
        Answer(200, "The service", shapes.ServiceEntry, headers=("ETag", "Content-Language")),
        Answer(304, "Nothing has changed since `If-None-Match`", headers=("ETag", "Content-Language")),
    ),
    problems=(problems.SERVICE_NOT_FOUND,),
    parameters={"code": "The service's code, such as `e-complaint`."},
    stored=False,
)
