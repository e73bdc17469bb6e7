"""The three promises as the dashboard and the alerts name them, with the share of them that has to be kept."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Promise:
    clock: str
    title: str
    target: str
    kept_share: float


PROMISES = (
    Promise("dial112_response", "Dial-112 response", "20 minutes", 0.95),
    Promise("hearing", "Hearing", "30 minutes", 0.95),
    Promise("inquiry", "Inquiry", "30 days", 0.95),
)

# Fewer decided clocks than this say nothing about a share.
ENOUGH_CLOCKS = 20
