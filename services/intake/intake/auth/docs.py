"""Descriptions of login's calls, for OpenAPI."""

from typing import Final

from chassis.http.openapi import Answer, Description
from intake.auth import problems

ASK_CODE: Final = Description(
    "request_otp",
    "Send a one-time password to a mobile number",
    "Six digits by SMS, in the language asked for (Hindi without a wish). They hold for `expires_in` seconds.",
    (Answer(202, "Sent; trade it with POST /v1/auth/token"),),
    problems=(problems.PHONE_INVALID, problems.OTP_RATE_LIMITED, problems.OTP_NOT_SENT),
)
TRADE_CODE: Final = Description(
    "trade_otp",
    "Trade the one-time password for tokens",
    "Five tries. The access token goes into `Authorization: Bearer`; the refresh token brings the next one.",
    (Answer(200, "The tokens"),),
    problems=(problems.OTP_WRONG, problems.OTP_EXPIRED, problems.OTP_TRIES_EXHAUSTED),
)
REFRESH: Final = Description(
    "refresh_tokens",
    "Trade a refresh token for new tokens",
    "Each refresh token works once: keep the new one.",
    (Answer(200, "The new tokens"),),
    problems=(problems.REFRESH_REFUSED,),
)
LOG_OUT: Final = Description(
    "log_out",
    "End the session",
    "The refresh token and the access tokens of its login end. An unknown token is answered alike.",
    (Answer(204, "Ended"),),
)
