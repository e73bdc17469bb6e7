"""What the code declares of its HTTP calls, and the OpenAPI document that is built from it."""

from chassis.http.openapi.declared import (
    CITIZEN_TOKEN,
    OFFICER_TOKEN,
    PASSPHRASE,
    RECEIPT,
    SERVICE_TOKEN,
    Answer,
    Body,
    Description,
    Scheme,
    described,
    guards,
)
from chassis.http.openapi.document import document_of

__all__ = [
    "CITIZEN_TOKEN",
    "OFFICER_TOKEN",
    "PASSPHRASE",
    "RECEIPT",
    "SERVICE_TOKEN",
    "Answer",
    "Body",
    "Description",
    "Scheme",
    "described",
    "document_of",
    "guards",
]
