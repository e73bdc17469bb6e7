"""Put blocks, vocabularies and terms in their places: from the catalogue as people write it to what programs read."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import TypeAdapter

from intake.catalogue.questions import Text, Vocabularies, with_vocabularies

_VOCABULARIES: Final = TypeAdapter(dict[str, dict[str, Text]])
# The fields of a service that name a term, and the vocabulary of each.
TERMS: Final[Mapping[str, str]] = {"who": "users", "routed_by": "routes", "outside_the_state": "outside"}
DOCUMENTS: Final = "documents"
IDENTITY_PAPERS: Final = "identity_papers"


def expanded(data: Any) -> Any:
    """The catalogue's data for CatalogueFile. ValueError for a block, vocabulary or term that is not there."""
    if not isinstance(data, dict) or not isinstance(data.get("services"), list):
        return data
    vocabularies = _VOCABULARIES.validate_python(data.get("vocabularies", {}))
    blocks = data.get("blocks", {})
    services = [_service(service, blocks, vocabularies) for service in data["services"]]
    kept = {name: part for name, part in data.items() if name not in {"vocabularies", "blocks"}}
    papers = {
        code: {**paper, "names": _term(vocabularies, IDENTITY_PAPERS, code)} if isinstance(paper, dict) else paper
        for code, paper in data.get("identity", {}).items()
    }
    contact = kept.get("contact")
    if isinstance(contact, dict) and isinstance(contact.get("attributes"), dict):
        kept["contact"] = {**contact, "attributes": schema_of(contact["attributes"], blocks, vocabularies)}
    return {**kept, "identity": papers, "services": services, "version": _digest(data)}


def schema_of(written: Mapping[str, Any], blocks: Mapping[str, Any], vocabularies: Vocabularies) -> dict[str, Any]:
    """Questions as people write them as JSON Schema. ValueError for a block or vocabulary that is not there."""
    return with_vocabularies(_attributes(written, blocks), vocabularies)


def _digest(data: Mapping[str, Any]) -> str:
    text = json.dumps(data, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _service(service: Any, blocks: Mapping[str, Any], vocabularies: Vocabularies) -> Any:
    if not isinstance(service, dict) or not isinstance(service.get("attributes"), dict):
        return service
    filled = {**service, "attributes": schema_of(service["attributes"], blocks, vocabularies)}
    for field, vocabulary in TERMS.items():
        if isinstance(service.get(field), str):
            filled[field] = {"code": service[field], "names": _term(vocabularies, vocabulary, service[field])}
    if isinstance(service.get("documents"), list):
        filled["documents"] = [_document(document, vocabularies) for document in service["documents"]]
    return filled


def _document(document: Any, vocabularies: Vocabularies) -> Any:
    if not isinstance(document, dict) or "names" in document or "code" not in document:
        return document
    return {**document, "names": _term(vocabularies, DOCUMENTS, document["code"])}


def _term(vocabularies: Vocabularies, vocabulary: str, code: str) -> Mapping[str, Any]:
    text = vocabularies.get(vocabulary, {}).get(code)
    if text is None:
        raise ValueError(f"the vocabulary {vocabulary!r} has no {code!r}")
    return text.model_dump()


def _attributes(written: Mapping[str, Any], blocks: Mapping[str, Any]) -> dict[str, Any]:
    """JSON Schema: blocks as their questions, `x-either` and `x-required-when` as if/then beside themselves."""
    questions: dict[str, Any] = {}
    required = list(written.get("required", ()))
    either = [list(group) for group in written.get("x-either", ())]
    for name, question in written.get("properties", {}).items():
        if not isinstance(question, dict) or "block" not in question:
            questions[name] = question
            continue
        block = _BlockUse(name, question, blocks)
        questions |= block.questions()
        required += block.required()
        either += block.either()
    schema = {"type": "object", "additionalProperties": False, **written}
    if questions:
        schema["properties"] = questions
    if required:
        schema["required"] = required
    rules = [*_needed(written.get("x-required-when", ())), *_one_of(either)]
    return {**schema, "allOf": rules} if rules else schema


class _BlockUse:
    """`{block: person, as: tenant, group: {hi, en}}`: the block's questions, each name behind the prefix.

    `as` is the key it stands under unless given, and "" for none. `only` and `without` choose among the questions,
    `required` says which of them are required instead of those that the block says, `optional: true` none.
    """

    def __init__(self, key: str, use: Mapping[str, Any], blocks: Mapping[str, Any]) -> None:
        if use["block"] not in blocks:
            raise ValueError(f"there is no block {use['block']!r}")
        self._block = blocks[use["block"]]
        prefix = use.get("as", key)
        self._prefix = f"{prefix}_" if prefix else ""
        self._group = use.get("group")
        asked = use.get("only", list(self._block["questions"]))
        self._asked = [name for name in asked if name not in use.get("without", ())]
        if unknown := {*self._asked, *use.get("without", ()), *use.get("required", ())} - set(self._block["questions"]):
            raise ValueError(f"the block {use['block']!r} does not ask {', '.join(sorted(unknown))}")
        self._optional = bool(use.get("optional"))
        self._required = use.get("required", self._block.get("required", ()))

    def questions(self) -> dict[str, Any]:
        return {f"{self._prefix}{name}": self._question(self._block["questions"][name]) for name in self._asked}

    def required(self) -> list[str]:
        return [] if self._optional else [f"{self._prefix}{one}" for one in self._required if one in self._asked]

    def either(self) -> list[list[str]]:
        groups = () if self._optional else self._block.get("x-either", ())
        return [[f"{self._prefix}{one}" for one in group] for group in groups if set(group) <= set(self._asked)]

    def _question(self, question: Mapping[str, Any]) -> dict[str, Any]:
        if self._group is None:
            return dict(question)
        title = {language: f"{self._group[language]}: {question['title'][language]}" for language in ("hi", "en")}
        return {**question, "title": title, "group": self._group}


def _needed(rules: Any) -> Iterator[dict[str, Any]]:
    """`{when: {item: [mobile_phone]}, then: [imei]}`: who answers so is asked for these too."""
    for rule in rules:
        asked = {
            name: {"enum": values if isinstance(values, list) else [values]} for name, values in rule["when"].items()
        }
        yield {"if": {"properties": asked, "required": list(asked)}, "then": {"required": list(rule["then"])}}


def _one_of(groups: list[list[str]]) -> Iterator[dict[str, Any]]:
    """Of each group one is needed; the last is named where all are missing."""
    for group in groups:
        others = [{"required": [name]} for name in group[:-1]]
        yield {"if": {"not": {"anyOf": others}}, "then": {"required": [group[-1]]}}
