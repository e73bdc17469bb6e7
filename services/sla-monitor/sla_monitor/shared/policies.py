"""The policies as /v1/policies shows them."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from event_schemas.policies import ClockPolicy, Edition, PolicySet


class PoliciesView(BaseModel):
    """``version``, ``effective_from`` and ``clocks`` are those of the edition that is in force at ``as_of``."""

    model_config = ConfigDict(frozen=True)

    as_of: datetime
    version: str
    effective_from: datetime
    clocks: tuple[ClockPolicy, ...]
    editions: tuple[Edition, ...]


def policies_view(policies: PolicySet, now: datetime) -> PoliciesView:
    edition = policies.in_force(now)
    return PoliciesView(
        as_of=now,
        version=edition.version,
        effective_from=edition.effective_from,
        clocks=edition.clocks,
        editions=policies.editions,
    )
