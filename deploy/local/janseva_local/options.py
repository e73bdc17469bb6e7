"""What a start of the local stack may be asked to do; `make` passes it on by the environment."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class RunOptions:
    """`detached`: the background process of `up`, which shows nothing itself."""

    policies: Path | None = None
    port_base: int | None = None
    free_ports: bool = False
    detached: bool = False
    secure: bool = False
