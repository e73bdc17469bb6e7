"""`python -m certificate` serves."""

from __future__ import annotations

from chassis.logs import configure_logging
from chassis.run import serve

from .app import SERVICE, create_app
from .settings import CertificateSettings


def main() -> int:
    settings = CertificateSettings()
    configure_logging(SERVICE, settings.log_level)
    return serve(create_app(settings), settings)


if __name__ == "__main__":
    raise SystemExit(main())
