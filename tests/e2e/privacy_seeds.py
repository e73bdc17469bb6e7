"""Known values for every sealed answer of a service's example, to be searched for wherever others may read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from intake.catalogue.model import Service

# Free texts of nobody, in both scripts; the number makes each one's own. To distinguish them needs no more.
FREE: Final = "Sulochana-{0} सुलोचना-{0}"
# By the check of its form, a number that passes it; others keep the example's own.
BY_CHECK: Final[Mapping[str, str]] = {
    "mobile": "98124{0:05d}",
    "vehicle": "BR38AZ{0:04d}",
    "passport_file": "PT{0:012d}",
    "bank_reference": "UTR{0:010d}",
}
# Shorter ones, such as a PIN code, may stand in a log by chance.
SHORTEST: Final = 8
# A recent day stands in the time of many a record.
RECENT: Final = ("2025", "2026", "2027")
NOBODYS_OWN: Final = "an answer that many give: a choice, a number, yes or no, a recent day"


@dataclass(frozen=True, slots=True)
class Seeded:
    """`attributes` to file; `secrets`: by name, what of them must not be found; `left_out`: by name, why not."""

    attributes: Mapping[str, Any]
    secrets: Mapping[str, str]
    left_out: Mapping[str, str]


def seeded(service: Service, number: int, fixed: Mapping[str, str]) -> Seeded:
    """The service's example, with a value of its own for each sealed answer that is worded freely or a number.

    `fixed`: by name, answers that the steps after the filing depend on, such as the mobile that somebody logs in with.
    """
    answers = (dict(service.example.attributes) if service.example else {}) | dict(fixed)
    secrets: dict[str, str] = {}
    left_out: dict[str, str] = {}
    for place, (name, given) in enumerate(sorted(answers.items())):
        question = service.attributes["properties"][name]
        if question.get("x-clear"):
            continue
        value = answers[name] = fixed.get(name) or _own(question, given, 100 * number + place)
        if not isinstance(value, str) or "enum" in question or value.startswith(RECENT) or len(value) < SHORTEST:
            left_out[name] = NOBODYS_OWN
        else:
            secrets |= {f"{name} {script}": part for script, part in _parts(service.spelt({name: value})[name])}
    return Seeded(answers, secrets, left_out)


def _own(question: Mapping[str, Any], value: Any, number: int) -> Any:
    check = str(question.get("x-check"))
    if check in BY_CHECK:
        return BY_CHECK[check].format(number)
    plain = question.get("type") == "string" and not question.keys() & {"enum", "format", "pattern", "x-check"}
    if not plain:
        return value
    if "x-code" in question:
        return f"Z{number:09d}"
    return FREE.format(f"{number:05d}")[: question.get("maxLength", 200)]


def _parts(value: str) -> Iterator[tuple[str, str]]:
    """The words of each script by themselves: who transliterates or cuts one keeps the other."""
    parts = value.split(" ")
    if len(parts) == 2 and parts[0].isascii() is not parts[1].isascii():
        yield "latin", parts[0]
        yield "hindi", parts[1]
    else:
        yield "as it is", value
