"""The pages' settings, from the environment: where the services answer, where the pages do, one key for cookies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from pydantic import Field, SecretStr

from chassis import production
from chassis.settings import LOCAL_ISSUER, ProgramSettings, SecretKey


class WebSettings(ProgramSettings):
    needs: ClassVar[frozenset[str]] = frozenset({"cookie_key"})
    faces_citizens: ClassVar[bool] = True

    http_port: int = Field(default=8000, ge=0, le=65_535)
    # Where a browser reaches these pages: printed into QR codes; https makes the cookies `Secure`.
    public_url: str = Field(default="http://127.0.0.1:8000", max_length=100)
    intake_url: str = "http://127.0.0.1:8001"
    routing_url: str = "http://127.0.0.1:8002"
    ledger_url: str = "http://127.0.0.1:8023"
    # Another host at which these same pages answer: there a browser sends no cookie with secret information. Empty: the
    # cookies of a login come along to this host, where they are thrown away unread.
    tips_url: str = Field(default="", max_length=100)
    # Where "leave quickly" leads: a page that says nothing of who looks at it.
    quick_exit_url: str = Field(default="https://mausam.imd.gov.in/", max_length=200)
    # As intake's EVIDENCE_MAX_BYTES.
    largest_file_bytes: int = Field(default=25 * 1024 * 1024, ge=1_024, le=100 * 1024 * 1024)
    # 32 bytes in base64: seals cookies and the answers of a form that is not sent yet. Another key logs everybody out.
    cookie_key: SecretKey | SecretStr = SecretStr("")
    # The officers' OpenID Connect issuer, and where it answers; empty: officers cannot log in here.
    officer_issuer: str = LOCAL_ISSUER
    officer_login_url: str = ""
    officer_client_id: str = "janseva-web"

    @property
    def is_secure(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def shown(self) -> Mapping[str, object]:
        """What templates know of these settings. `pages_address` leads from the other host back to the first page."""
        return {
            "officers_log_in": bool(self.officer_login_url),
            "tips_address": f"{self.tips_url.rstrip('/')}/tips",
            "pages_address": f"{self.public_url.rstrip('/')}/" if self.tips_url else "/",
            "exit_address": self.quick_exit_url,
        }

    def production_faults(self) -> Iterator[str]:
        yield from super().production_faults()
        yield from production.address_faults("PUBLIC_URL", self.public_url, secure=True)
        if self.tips_url:
            yield from production.address_faults("TIPS_URL", self.tips_url, secure=True)
        for name in ("intake_url", "routing_url", "ledger_url"):
            yield from production.address_faults(name.upper(), getattr(self, name))
        if self.officer_login_url:
            yield from production.address_faults("OFFICER_LOGIN_URL", self.officer_login_url, secure=True)
