"""Who is calling: citizens by one-time password, officers by an OIDC issuer's tokens."""

from intake.auth.api import auth_router
from intake.auth.authenticator import Authenticator
from intake.auth.principal import Principal, actor_of
from intake.auth.settings import AuthSettings

__all__ = ["AuthSettings", "Authenticator", "Principal", "actor_of", "auth_router"]
