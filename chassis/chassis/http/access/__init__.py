"""Who calls a service: officers by their issuer's tokens, other services by the suite's token."""

from chassis.http.access.gate import Access, Caller, Service, bears_service_token, service_token
from chassis.http.access.jwks import IssuerKeys

__all__ = ["Access", "Caller", "IssuerKeys", "Service", "bears_service_token", "service_token"]
