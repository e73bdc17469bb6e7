"""The codes under which citizens file. Intake's catalogue describes them; policies may name no other."""

from typing import Final

SERVICE_CODES: Final = frozenset(
    {
        "arrested-persons",
        "character-certificate",
        "domestic-help-verification",
        "driver-verification",
        "e-complaint",
        "e-fir",
        "emergency-112",
        "event-permission",
        "fir-copy",
        "guard-hiring",
        "hearing",
        "help-request",
        "job-verification",
        "licence-verification",
        "lost-property",
        "missing-person",
        "officer-appointment",
        "passport-verification",
        "recovered-property",
        "secret-tip",
        "senior-away-notice",
        "senior-citizen-registration",
        "station-diary",
        "tenant-verification",
        "unidentified-body",
        "unknown-person",
        "wanted-persons",
    }
)
