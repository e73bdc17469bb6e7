"""Helplines beside a service: public numbers as data, each with where it is named."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from chassis.sentences import Facts, When
from intake.catalogue.questions import Text


class NamedBeside(BaseModel):
    """`when`: the answers under which the number helps; without any it is named for each case of these services."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    services: Literal["all"] | tuple[str, ...]
    when: When = When()

    def is_of(self, service_code: str) -> bool:
        return self.services == "all" or service_code in self.services


class Helpline(Text):
    """`number` is dialled as it stands. Who answers, in the languages of the citizen's pages."""

    number: str = Field(pattern=r"^[0-9]{3,5}$")
    ur: str = Field(min_length=1)
    named: tuple[NamedBeside, ...] = Field(min_length=1)

    def view(self) -> Mapping[str, Any]:
        names = {"hi": self.hi, "en": self.en, "ur": self.ur}
        return {"number": self.number, "names": names, "action": f"tel:{self.number}"}


def helplines_of(helplines: Iterable[Helpline], service_code: str) -> tuple[Helpline, ...]:
    """All that may help beside a case of the service."""
    return tuple(one for one in helplines if any(named.is_of(service_code) for named in one.named))


def helplines_for(helplines: Iterable[Helpline], service_code: str, facts: Facts) -> tuple[Helpline, ...]:
    """Those that help beside one case, by its answers that travel in clear."""
    return tuple(
        one for one in helplines if any(named.is_of(service_code) and named.when.holds(facts) for named in one.named)
    )


def unclear_answers(helplines: Iterable[Helpline], attributes: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """What is named under answers that a case does not keep in clear; `attributes` are each service's questions."""
    for helpline in helplines:
        for named in helpline.named:
            codes = attributes if named.services == "all" else named.services
            for code in codes:
                if code not in attributes:
                    yield f"{helpline.number}: there is no service {code}"
                    continue
                for name, values in named.when.root.items():
                    question = attributes[code].get(name, {})
                    allowed = question.get("enum", ("true", "false"))
                    if question.get("x-clear") is not True or not set(values) <= set(allowed):
                        yield f"{helpline.number}: {code} has no such answer in clear: {name}"
