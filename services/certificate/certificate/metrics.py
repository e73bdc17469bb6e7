"""What the certificate service measures."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram

# A page takes about 15 ms; half a second means that the machine is overloaded or a page went wrong.
RENDER_BUCKETS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)


class CertificateMetrics:
    """`result` of a verification is valid, revoked, unknown or mistyped."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.issued = Counter("janseva_certificates_issued", "Certificates issued", ["kind"], registry=registry)
        self.revoked = Counter("janseva_certificates_revoked", "Certificates revoked", ["kind"], registry=registry)
        self.render_seconds = Histogram(
            "janseva_certificate_render_seconds",
            "From a page's words to its PDF, waiting for the typesetter included",
            buckets=RENDER_BUCKETS,
            registry=registry,
        )
        self.verifications = Counter(
            "janseva_certificate_verifications", "Verifications by what they found", ["result"], registry=registry
        )
