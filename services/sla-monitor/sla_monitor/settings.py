"""The monitor's settings, from the environment."""

import socket
import tempfile
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from chassis.settings import ServiceSettings
from event_schemas import topics

PORTS = {"emergency": 8003, "routine": 8013}


class Settings(ServiceSettings):
    """One worker of one lane."""

    mongo_database: str = "janseva_sla"
    http_port: int = Field(default=0, ge=0, le=65_535)
    lane: Literal["emergency", "routine"] = "emergency"
    # The static member of the consumer group: must be unique in the lane and the same after a restart.
    worker_name: str = Field(default_factory=socket.gethostname, pattern=r"^[A-Za-z0-9._-]{1,80}$")
    # How long a dead worker's partitions wait; the broker allows no less than 6 s by default.
    session_timeout_s: float = Field(default=10.0, ge=1.0, le=30.0)
    tick_ms: int = Field(default=100, ge=10, le=10_000)
    # Records to handle, but none handled for so long: the process ends and is restarted.
    stall_limit_s: float = Field(default=60.0, ge=5.0)
    changelog_replication: int = Field(default=1, ge=1)
    state_dir: Path = Field(default_factory=lambda: Path(tempfile.gettempdir()) / "janseva-sla-monitor")
    # Prefix of topics, group and changelog, for several suites on one Kafka.
    topic_prefix: str = Field(default="", pattern=r"^[a-z0-9.-]*$")

    @model_validator(mode="after")
    def _port_of_the_lane(self) -> "Settings":
        if self.http_port == 0 and "http_port" not in self.model_fields_set:
            object.__setattr__(self, "http_port", PORTS[self.lane])
        return self

    @property
    def group(self) -> str:
        """The consumer group, which is also the id of the Faust app."""
        return f"{self.topic_prefix}sla-monitor.{self.lane}"

    @property
    def cases_topic(self) -> str:
        return f"{self.topic_prefix}cases.{self.lane}"

    @property
    def ticks_topic(self) -> str:
        return f"{self.topic_prefix}sla.ticks.{self.lane}"

    @property
    def directory_topic(self) -> str:
        """Who holds which post."""
        return f"{self.topic_prefix}{topics.DIRECTORY_POSTS}"
