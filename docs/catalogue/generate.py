"""Writes docs/services.md, docs/catalogue/services.json and the schemas' codes and names from catalogue and policies.

python docs/catalogue/generate.py [--check]
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from deploy.k8s.tools.generated import ROOT, main

from chassis.settings import load_yaml
from event_schemas import policies as policy_file
from event_schemas.names import FILE as NAMES_FILE
from event_schemas.policies import ClockPolicy, PolicySet
from intake.catalogue import Catalogue, Service, load_catalogue

HEAD = """# Services

Written by `docs/catalogue/generate.py` from `services/intake/intake/catalogue` and
`schemas/event_schemas/policies.yaml`; change those.
"""


CODES = '''"""The codes under which citizens file; policies and papers may name no other.

Written by `docs/catalogue/generate.py` from intake's catalogue; change that.
"""

from typing import Final

SERVICE_CODES: Final = frozenset(
    {{
{codes}    }}
)
'''


def files() -> dict[Path, str]:
    catalogue = load_catalogue()
    policies = policy_file.read(policy_file.DEFAULT_PATH, load_yaml)
    return {
        ROOT / "docs/services.md": "\n".join(_page(catalogue, policies.clocks)) + "\n",
        ROOT / "docs/catalogue/services.json": json.dumps(_questions(catalogue), ensure_ascii=False, indent=1) + "\n",
        ROOT / "schemas/event_schemas/services.py": _codes(catalogue),
        NAMES_FILE: _names(catalogue, policies),
    }


def _names(catalogue: Catalogue, policies: PolicySet) -> str:
    """What `event_schemas.names` reads; a clock that no edition names has the common name of clocks."""
    called = {service.code: service.called or service.names for service in catalogue}
    clocks = [policy for edition in policies.editions for policy in edition.clocks]
    groups = {
        "services": {code: {"hi": name.hi, "en": name.en} for code, name in sorted(called.items())},
        "clocks": {one.clock: one.called.model_dump() for one in clocks if one.called is not None},
    }
    return json.dumps(groups, ensure_ascii=False, indent=1) + "\n"


def _codes(catalogue: Catalogue) -> str:
    codes = "".join(f'        "{code}",\n' for code in sorted(service.code for service in catalogue))
    return CODES.format(codes=codes)


def _questions(catalogue: Catalogue) -> Mapping[str, Any]:
    """Each service's questions with blocks and vocabularies in their place, for programs that read no catalogue."""
    services = [{"code": service.code, "attributes": service.attributes} for service in catalogue]
    return {"version": catalogue.version, "services": services}


def _page(catalogue: Catalogue, clocks: tuple[ClockPolicy, ...]) -> Iterator[str]:
    yield HEAD
    live = [service for service in catalogue if service.live]
    yield f"{len(live)} of {len(list(catalogue))} services are live. Version of the catalogue: `{catalogue.version}`.\n"
    yield "| service | family | login | routed by | clocks | yields | live |"
    yield "|---|---|---|---|---|---|---|"
    for service in catalogue:
        yield _row(
            f"[{service.names.en}](#{service.code})<br>{service.names.hi}",
            service.family,
            service.login,
            service.routed_by.names.en,
            ", ".join(_clocks(service, clocks)) or "none",
            service.yields.summary.en,
            _since(service),
        )
    yield "\n## What was promised\n"
    yield "| article | sentence | services | open |"
    yield "|---|---|---|---|"
    for name, promise in catalogue.promises.items():
        keepers = [service for service in catalogue if name in service.promised_by]
        waiting = [f"{service.names.en} is not live yet." for service in keepers if not service.live]
        open_ = [*([promise.note] if promise.note else []), *waiting]
        links = ", ".join(f"[{service.code}](#{service.code})" for service in keepers)
        yield _row(promise.article, f"{promise.hi}<br>{promise.en}", links or "no single service", " ".join(open_))
    for service in catalogue:
        yield from _section(service, clocks)


def _section(service: Service, clocks: tuple[ClockPolicy, ...]) -> Iterator[str]:
    yield f"\n## {service.code}\n"
    yield f"**{service.names.en} · {service.names.hi}.** {service.how_to.en}\n"
    if service.meanwhile is not None:
        where = "Not live yet." if not service.live else "Not live everywhere yet."
        yield f"{where} {service.meanwhile.en}\n"
    yield f"- For: {service.who.names.en}. Login: {service.login}. Fee: {service.fee.amount} {service.fee.currency}."
    yield f"- Goes to: {service.routed_by.names.en}. From outside: {service.outside_the_state.names.en}."
    papers = ", ".join(f"`{paper}`" for paper in service.yields.papers)
    yield f"- Yields: {service.yields.summary.en}{f' ({papers})' if papers else ''}."
    for clock in clocks:
        if clock.clock in _clocks(service, clocks):
            yield f"- Clock `{clock.clock}`, {clock.owner}: {clock.source}."
    documents = [f"{one.names.en}{'' if one.required else ' (optional)'}" for one in service.documents]
    if documents:
        yield f"- Documents: {'; '.join(documents)}."
    if service.description_required or service.place_required:
        needed = {"a description": service.description_required, "a place": service.place_required}
        yield f"- Besides the questions: {' and '.join(name for name, is_needed in needed.items() if is_needed)}."
    yield from _asked(service)
    if service.example is not None:
        example = {"service_code": service.code, **service.example.model_dump(exclude_none=True)}
        yield f"\n```json\n{json.dumps(example, ensure_ascii=False, indent=2, default=dict)}\n```"


def _asked(service: Service) -> Iterator[str]:
    questions = service.attributes.get("properties", {})
    if not questions:
        return
    required, expected = service.attributes.get("required", ()), service.attributes.get("x-expected", ())
    conditional = {name for rule in service.attributes.get("allOf", ()) for name in rule["then"]["required"]}
    yield "\n| attribute | question | needed |"
    yield "|---|---|---|"
    for name, question in questions.items():
        needed = "required" if name in required else "by other answers" if name in conditional else ""
        needed = needed or ("expected" if name in expected else "")
        yield _row(f"`{name}`", f"{question['title']['en']}<br>{question['title']['hi']}", needed)


def _clocks(service: Service, clocks: tuple[ClockPolicy, ...]) -> list[str]:
    urgent = service.lane.value == "emergency"
    return [
        clock.clock
        for clock in clocks
        if service.look_at is None
        and clock.applies_to(service.code)
        and (urgent if clock.per == "kind" else not urgent)
    ]


def _since(service: Service) -> str:
    if not service.live:
        return "not yet"
    return "yes" if service.live_from is None else f"from {service.live_from}"


def _row(*cells: object) -> str:
    return f"| {' | '.join(str(cell).replace('|', '/') for cell in cells)} |"


if __name__ == "__main__":
    sys.exit(main(files(), sys.argv[1:]))
