"""Routing's settings, from the environment."""

from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field

from chassis.settings import ServiceSettings


class RoutingSettings(ServiceSettings):
    needs: ClassVar[frozenset[str]] = frozenset({"sealing_keys", "service_token"})

    mongo_database: str = "janseva_routing"
    http_port: int = Field(default=8002, ge=0, le=65_535)
    # Gives each post an unallocated telephone number, so that messages to offices show up in the local provider's sink.
    dev_office_phones: bool = False
    # How many events of a lane are decided and inserted at once.
    emergency_batch: int = Field(default=100, ge=1, le=10_000)
    routine_batch: int = Field(default=300, ge=1, le=10_000)

    def production_faults(self) -> Iterator[str]:
        yield from super().production_faults()
        if self.dev_office_phones:
            yield "DEV_OFFICE_PHONES gives posts made-up numbers"
