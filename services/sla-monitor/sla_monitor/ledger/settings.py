"""The ledger's settings, from the environment."""

from pydantic import Field

from chassis.settings import ServiceSettings
from event_schemas import Lane, topics

LANES = (Lane.EMERGENCY, Lane.ROUTINE)


class LedgerSettings(ServiceSettings):
    """One ledger process: both lanes, the reconciler and the report."""

    mongo_database: str = "janseva_sla"
    http_port: int = Field(default=8023, ge=0, le=65_535)
    # Prefix of topics and groups, for several suites on one Kafka.
    topic_prefix: str = Field(default="", pattern=r"^[a-z0-9.-]*$")
    # How far a partition's watermark must be past a deadline before the reconciler corrects the workers.
    reconcile_after_s: float = Field(default=120.0, ge=0.0)
    reconcile_every_s: float = Field(default=5.0, gt=0.0)
    watermark_every_s: float = Field(default=1.0, gt=0.0)
    # How often the figures by station and service are counted for the dashboards.
    figures_every_s: float = Field(default=30.0, gt=0.0)
    ledger_batch: int = Field(default=500, ge=1, le=5_000)

    @property
    def cases_topics(self) -> dict[Lane, str]:
        """The topic of each lane."""
        return {lane: f"{self.topic_prefix}cases.{lane}" for lane in LANES}

    @property
    def directory_topic(self) -> str:
        """Who holds which post."""
        return f"{self.topic_prefix}{topics.DIRECTORY_POSTS}"

    def group(self, lane: Lane) -> str:
        """The ledger's own consumer group of a lane."""
        return f"{self.topic_prefix}sla-ledger.{lane}"
