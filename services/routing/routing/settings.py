"""Routing's settings, from the environment."""

from pydantic import Field, model_validator

from chassis.settings import ServiceSettings


class RoutingSettings(ServiceSettings):
    mongo_database: str = "janseva_routing"
    http_port: int = Field(default=8002, ge=0, le=65_535)
    # Gives each post an unallocated telephone number, so that messages to offices show up in the local provider's sink.
    dev_office_phones: bool = False
    # How many events of a lane are decided and inserted at once.
    emergency_batch: int = Field(default=100, ge=1)
    routine_batch: int = Field(default=300, ge=1)

    @model_validator(mode="after")
    def _no_made_up_phones_in_production(self) -> "RoutingSettings":
        if self.environment == "production" and self.dev_office_phones:
            raise ValueError("DEV_OFFICE_PHONES gives posts made-up numbers: it is refused in production")
        return self
