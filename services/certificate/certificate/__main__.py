"""`python -m certificate` serves."""

from __future__ import annotations

from chassis.run import start

from .app import SERVICE, create_app
from .settings import CertificateSettings


def main() -> int:
    return start(SERVICE, CertificateSettings, create_app)


if __name__ == "__main__":
    raise SystemExit(main())
