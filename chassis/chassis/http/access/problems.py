"""The problem types of tokens."""

from chassis.http.problems import TYPES

TOKEN_EXPIRED = TYPES["token_expired"]
TOKEN_INVALID = TYPES["token_invalid"]
ISSUER_UNAVAILABLE = TYPES["issuer_unavailable"]
