"""Values that depend on the place: those that must agree between programs, and those that are still an example."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from deploy.k8s.tools.objects import configuration, environment, of, program_of, programs
from deploy.k8s.tools.schema import Object, name_of

# Settings of several programs that must be the same.
SAME: tuple[frozenset[tuple[str, str]], ...] = (
    # A paper's page of verification and the links in answers are behind one gateway.
    frozenset({("intake", "PUBLIC_URL"), ("certificate", "PUBLIC_URL")}),
    # What a receipt's code leads to is what the pages print.
    frozenset({("intake", "PAGES_URL"), ("web", "PUBLIC_URL")}),
    frozenset({("intake", "EVIDENCE_MAX_BYTES"), ("web", "LARGEST_FILE_BYTES")}),
    frozenset({("intake", "OFFICER_ISSUER"), ("web", "OFFICER_ISSUER")}),
)
# Names that are reserved for examples (RFC 2606).
_EXAMPLE_HOST = re.compile(r"(?:^|\.)(?:example|invalid|test|example\.(?:com|org|net))$")
# Zeros after a few digits: an id that nobody was given.
_EXAMPLE_ID = re.compile(r"^\d{0,6}0{12,}$")
_EXAMPLE_MARKS = ("replace-me", "changeme", "change-me", "todo", "xxx", "your-")


def agreement_faults(objects: list[Object]) -> Iterator[str]:
    configs = configuration(objects)
    found: dict[tuple[str, str], str] = {}
    for workload, container in programs(objects):
        for name, value in environment(configs, container).items():
            found[program_of(workload), name] = value
    for group in SAME:
        stated = {f"{program}'s {name}": found[program, name] for program, name in group if (program, name) in found}
        if "" not in stated.values() and len(set(stated.values())) > 1:
            yield f"must be the same: {', '.join(f'{name} is {value}' for name, value in sorted(stated.items()))}"


def example_faults(objects: list[Object]) -> Iterator[str]:
    """What a force has to replace by its own before it serves citizens; nothing where production is not claimed."""
    configs = configuration(objects)
    production = [
        (workload, environment(configs, container))
        for workload, container in programs(objects)
        if environment(configs, container).get("ENVIRONMENT") == "production"
    ]
    stated = {
        f"{name} is still the example {value!r}"
        for _, found in production
        for name, value in found.items()
        if is_example(value)
    }
    yield from sorted(stated)
    if not production:
        return
    for item in of(objects, "HTTPRoute", "Gateway", "Certificate", "ClusterIssuer", "Issuer", "SecretStore"):
        for value in sorted(set(_texts(item["spec"]))):
            if is_example(value):
                yield f"{name_of(item)}: {value!r} is still the example"


def is_example(value: str) -> bool:
    plain = value.strip().lower()
    return bool(
        any(_EXAMPLE_HOST.search(_host_of(part)) for part in plain.split(","))
        or _EXAMPLE_ID.match(plain)
        or any(mark in plain for mark in _EXAMPLE_MARKS)
    )


def _host_of(text: str) -> str:
    try:
        return urlsplit(text if "://" in text else f"//{text}").hostname or ""
    except ValueError:
        return ""


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
