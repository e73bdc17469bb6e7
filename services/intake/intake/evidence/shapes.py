"""What is sent and answered about files, as models for OpenAPI and the tests."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from intake.case.shapes import Shape
from intake.tracking.shapes import EvidenceFile


class EvidenceForm(BaseModel):
    """`document_type`: the code of a paper that the service asks for; without it the file is evidence of any kind."""

    file: Annotated[str, Field(json_schema_extra={"format": "binary"})]
    document_type: str | None = None


class AddedFile(EvidenceFile):
    """`url`: where the file is shown."""

    url: str


class BegunUpload(Shape):
    """An upload that waits for its parts: `offset` of `bytes` are here."""

    evidence_id: str
    bytes: int
    offset: int
    expires_at: datetime
