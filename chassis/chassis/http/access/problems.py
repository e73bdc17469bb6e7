"""The problem types of tokens."""

from chassis.http.problems import ProblemType

TOKEN_EXPIRED = ProblemType("token_expired", 401, "The token is expired", "टोकन की अवधि समाप्त है")
TOKEN_INVALID = ProblemType("token_invalid", 401, "The token is not valid", "टोकन मान्य नहीं है")
ISSUER_UNAVAILABLE = ProblemType(
    "issuer_unavailable", 503, "The officers' login cannot be checked now", "पदाधिकारी लॉगिन की जाँच अभी संभव नहीं है"
)
