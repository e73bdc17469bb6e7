"""Conditions (facts and their values) under which a text may be shown, and the choice of the first that holds."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol, TypeVar

from pydantic import RootModel, field_validator

from .facts import Facts


class When(RootModel[Mapping[str, tuple[str, ...]]]):
    """The values that each named fact may have; a fact that is not known has none of them. Empty: it always holds."""

    root: Mapping[str, tuple[str, ...]] = {}

    @field_validator("root", mode="before")
    @classmethod
    def _as_lists(cls, raw: Any) -> Any:
        if not isinstance(raw, Mapping):
            return raw
        return {name: [_text(one) for one in (v if isinstance(v, list | tuple) else [v])] for name, v in raw.items()}

    def holds(self, facts: Facts) -> bool:
        return all(facts.get(name) in allowed for name, allowed in self.root.items())


class Conditional(Protocol):
    @property
    def when(self) -> When: ...


C = TypeVar("C", bound=Conditional)


def choose(texts: Iterable[C], facts: Facts) -> C | None:
    """The first text whose condition holds; None: no text may be shown."""
    return next((text for text in texts if text.when.holds(facts)), None)


def _text(value: Any) -> Any:
    """YAML's yes and numbers, as facts are written."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else value
