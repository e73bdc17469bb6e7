"""The problem types of login."""

from intake.problems import TYPES

PHONE_INVALID = TYPES["login_phone_invalid"]
OTP_RATE_LIMITED = TYPES["otp_rate_limited"]
OTP_NOT_SENT = TYPES["otp_not_sent"]
OTP_WRONG = TYPES["otp_wrong"]
OTP_EXPIRED = TYPES["otp_expired"]
OTP_TRIES_EXHAUSTED = TYPES["otp_tries_exhausted"]
REFRESH_REFUSED = TYPES["refresh_refused"]
