"""What a citizen sends of himself; unknown fields are refused."""

from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from chassis.codes import plain_code
from chassis.sentences import CodeNames
from event_schemas.values import Language
from intake.filing.bodies import Body, PersonName, ShortText
from intake.http.one_of import OneOf

PREFERRED_LANGUAGES: Final = tuple(code for code in CodeNames.load().names("spoken_languages") if code != "default")
_FIRST_YEAR: Final = 1900


def _known_language(code: str) -> str:
    if code not in PREFERRED_LANGUAGES:
        raise ValueError(f"one of {', '.join(PREFERRED_LANGUAGES)}")
    return code


def _year(value: Any) -> Any:
    """A year in digits of any script, as forms send it."""
    if isinstance(value, str) and len(value) <= 8:
        plain = plain_code(value)
        return int(plain) if plain.isascii() and plain.isdigit() else value
    return value


PreferredLanguage = Annotated[
    str,
    StringConstraints(max_length=40),
    AfterValidator(_known_language),
    Field(json_schema_extra={"enum": list(PREFERRED_LANGUAGES)}),
]
Name = Annotated[PersonName, StringConstraints(min_length=1, max_length=200)]
BirthYear = Annotated[int, BeforeValidator(_year), Field(ge=_FIRST_YEAR, le=2199)]


class ProfilePatch(Body):
    """A member that is absent stays as it is, null takes it out."""

    name: Name | None = Field(default=None, repr=False)
    address: ShortText | None = Field(default=None, repr=False)
    language: Annotated[str, OneOf(Language)] | None = None
    spoken_language: PreferredLanguage | None = None


class IdentityDocument(Body):
    """`number`: as it stands on the document, in digits of any script. A masked Aadhaar has none: `last_four`."""

    document: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{0,39}$")]
    number: Annotated[str, StringConstraints(min_length=1, max_length=40)] | None = Field(default=None, repr=False)
    last_four: Annotated[str, StringConstraints(min_length=1, max_length=40)] | None = Field(default=None, repr=False)
    name: Name = Field(repr=False)
    birth_year: BirthYear = Field(repr=False)
