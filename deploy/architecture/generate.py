"""Draws docs/architecture.md's picture and tables from the code: topics, settings, packages and import contracts.

python deploy/architecture/generate.py [--check]
"""

import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from deploy.k8s.tools.generated import ROOT, main
from deploy.k8s.tools.services import SERVICES, package_of, settings_class

from event_schemas.topics import TOPICS, Topic

PAGE = ROOT / "docs/architecture.md"
BEGIN = "<!-- made from the code by `make generate`: begin -->"
END = "<!-- made from the code by `make generate`: end -->"
DATABASE_CLIENT = "chassis.mongo"


@dataclass(frozen=True, slots=True)
class TopicGroup:
    """Topics with the same producers, consumers and events, such as those of the two lanes."""

    names: tuple[str, ...]
    producers: tuple[str, ...]
    consumers: tuple[str, ...]

    @property
    def node(self) -> str:
        return _node("topic", self.names[0])


def page(text: str) -> str:
    """The page with its generated part anew. Raises ValueError if the marks are not there."""
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    return "\n".join((f"{before}{BEGIN}", *generated(TOPICS, contracts_of_imports()), f"{END}{after}"))


def generated(topics: Iterable[Topic], contracts: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The lines of the generated part: the picture, each package's rooms, the import rules."""
    rooms = {service: rooms_of(package_of(service), contracts) for service in SERVICES}
    yield from picture(group(topics), databases())
    yield ""
    yield "| package | its rooms; on the left what may import what stands further right, `·` side by side |"
    yield "|---|---|"
    for name, layers in {**rooms, "chassis": rooms_of("chassis", contracts)}.items():
        yield f"| {name} | {' → '.join(layers)} |"
    yield ""
    yield "The import rules, which `make lint` checks:"
    yield ""
    yield from (f"- {contract['name']}." for contract in contracts)


def picture(groups: Sequence[TopicGroup], databases: Mapping[str, str]) -> Iterator[str]:
    """A Mermaid flowchart: who writes to and reads from which topics, and whose database is whose."""
    yield "```mermaid"
    yield "flowchart LR"
    yield '  people(["citizens and officers"]) -->|HTTP| intake'
    yield from (f'  {_node(service)}["{service}"]' for service in SERVICES)
    for topics in groups:
        yield f'  {topics.node}[/"{"<br/>".join(topics.names)}"/]'
    yield from (f'  {_node("db", name)}[("{name}")]' for name in sorted(set(databases.values())))
    for topics in groups:
        yield from (f"  {_node(service)} --> {topics.node}" for service in topics.producers)
        yield from (f"  {topics.node} --> {_node(service)}" for service in topics.consumers)
    yield from (f"  {_node(service)} --- {_node('db', name)}" for service, name in databases.items())
    yield "```"


def group(topics: Iterable[Topic]) -> list[TopicGroup]:
    """Topics by what they have in common; those of dead letters are left out: each has its topic's name and `.dlq`."""
    found: dict[tuple[tuple[str, ...], ...], list[str]] = {}
    for topic in topics:
        if not topic.dead_letter:
            found.setdefault((topic.producers, topic.consumers, topic.events), []).append(topic.name)
    return [TopicGroup(tuple(names), producers, consumers) for (producers, consumers, _), names in found.items()]


def databases() -> dict[str, str]:
    """The database of each service whose code has MongoDB's client, as its settings name it."""
    names = {service: settings_class(service).model_fields["mongo_database"].default for service in SERVICES}
    return {service: name for service, name in names.items() if _has_database(package_of(service))}


def rooms_of(package: str, contracts: Sequence[Mapping[str, Any]]) -> list[str]:
    """The layers of the package's import contract, top to bottom; without one, its folders by name."""
    for contract in contracts:
        if contract.get("containers") == [package]:
            return [layer.replace(" | ", " · ") for layer in contract["layers"] if layer != "__main__"]
    folders = sorted(path.parent.name for path in _folder(package).glob("*/__init__.py"))
    return [" · ".join(folders) or "one room"]


def _has_database(package: str) -> bool:
    return any(DATABASE_CLIENT in path.read_text(encoding="utf8") for path in _folder(package).rglob("*.py"))


def _folder(package: str) -> Path:
    return next(path.parent for path in ROOT.glob(f"services/*/{package}/__init__.py"))


def contracts_of_imports() -> list[Mapping[str, Any]]:
    document = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf8"))
    contracts: list[Mapping[str, Any]] = document["tool"]["importlinter"]["contracts"]
    return contracts


def _node(*parts: str) -> str:
    return "_".join(parts).replace("-", "_").replace(".", "_")


def files() -> dict[Path, str]:
    return {PAGE: page(PAGE.read_text(encoding="utf8"))}


if __name__ == "__main__":
    sys.exit(main(files(), sys.argv[1:]))
