"""The codes under which citizens file; policies and papers may name no other.

Written by `docs/catalogue/generate.py` from intake's catalogue; change that.
"""

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
