"""The problem types of login."""

from chassis.http.problems import ProblemType

PHONE_INVALID = ProblemType(
    "phone_invalid", 422, "This is not a mobile number that can be reached", "यह मोबाइल नंबर सही नहीं है"
)
OTP_RATE_LIMITED = ProblemType(
    "otp_rate_limited",
    429,
    "Too many codes were asked for; wait a little",
    "बहुत अधिक बार कोड माँगा गया; कुछ देर बाद प्रयास करें",
)
OTP_NOT_SENT = ProblemType(
    "otp_not_sent", 503, "The code could not be sent; try again", "कोड भेजा नहीं जा सका; फिर से प्रयास करें"
)
OTP_WRONG = ProblemType("otp_wrong", 401, "The code is wrong", "कोड गलत है")
OTP_EXPIRED = ProblemType(
    "otp_expired",
    401,
    "The code is expired or was used; ask for a new one",
    "कोड की अवधि समाप्त है या उपयोग हो चुका है; नया कोड माँगें",
)
OTP_TRIES_EXHAUSTED = ProblemType(
    "otp_tries_exhausted", 401, "Too many wrong codes; ask for a new one", "बहुत बार गलत कोड दिया गया; नया कोड माँगें"
)
REFRESH_REFUSED = ProblemType(
    "refresh_refused", 401, "The session has ended; log in again", "सत्र समाप्त हो गया है; फिर से लॉग इन करें"
)
