"""Intake's problem types. A code never changes its meaning."""

from chassis.http.problems import ProblemType

UNKNOWN_SERVICE = ProblemType("unknown_service", 422, "There is no such service", "ऐसी कोई सेवा नहीं है")
SERVICE_NOT_FOUND = ProblemType("unknown_service", 404, "There is no such service", "ऐसी कोई सेवा नहीं है")
LOCATION_OUTSIDE_INDIA = ProblemType(
    "location_outside_india", 422, "The location is not in India", "यह स्थान भारत में नहीं है"
)
PHONE_INVALID = ProblemType("phone_invalid", 422, "This is not a number that can be reached", "यह फोन नंबर सही नहीं है")
CERTIFICATE_REVOKED = ProblemType(
    "certificate_revoked", 410, "This certificate has been revoked", "यह प्रमाण पत्र निरस्त किया जा चुका है"
)
CERTIFICATE_ERASED = ProblemType(
    "certificate_erased", 410, "The paper was deleted with its holder's data", "धारक के डेटा के साथ यह कागज हटा दिया गया है"
)
CERTIFICATE_UNAVAILABLE = ProblemType(
    "certificate_unavailable",
    503,
    "The paper can't be fetched right now; try again shortly",
    "कागज अभी नहीं मिल सका; थोड़ी देर में फिर प्रयास करें",
)
KEY_MISSING = ProblemType(
    "idempotency_key_missing", 400, "The header Idempotency-Key is required", "Idempotency-Key हेडर आवश्यक है"
)
KEY_INVALID = ProblemType(
    "idempotency_key_invalid", 400, "The Idempotency-Key is not usable", "Idempotency-Key उपयोग योग्य नहीं है"
)
KEY_REUSED = ProblemType(
    "idempotency_key_reused",
    409,
    "This Idempotency-Key was used for another request",
    "यह Idempotency-Key किसी और अनुरोध में उपयोग हो चुकी है",
)
KEY_IN_PROGRESS = ProblemType(
    "idempotency_in_progress",
    409,
    "The same request is being worked on; ask again shortly",
    "यही अनुरोध अभी चल रहा है; थोड़ी देर में फिर पूछें",
)
TRACKING_NUMBER_MISTYPED = ProblemType(
    "tracking_number_mistyped", 400, "This number is mistyped; please compare it", "संख्या गलत लिखी गई है; कृपया मिलाएँ"
)
TRANSITION_NOT_ALLOWED = ProblemType(
    "transition_not_allowed",
    409,
    "The case does not allow this now",
    "मामले की वर्तमान स्थिति में यह नहीं किया जा सकता",
)
VERSION_MISMATCH = ProblemType(
    "version_mismatch", 412, "The case has changed since it was read", "पढ़ने के बाद मामला बदल चुका है"
)
BUSY = ProblemType("case_busy", 409, "Others are changing this case; try again", "मामला अभी बदल रहा है; फिर प्रयास करें")
UNKNOWN_COMMAND = ProblemType("unknown_command", 404, "There is no such command", "ऐसा कोई आदेश नहीं है")
CLOCK_UNKNOWN = ProblemType("clock_unknown", 422, "The case has no such clock", "मामले में ऐसी कोई समय-सीमा नहीं है")
CLOCK_NOT_PAUSABLE = ProblemType(
    "clock_not_pausable", 409, "This clock cannot be paused", "यह समय-सीमा रोकी नहीं जा सकती"
)
CLOCK_NOT_PAUSED = ProblemType("clock_not_paused", 409, "This clock is not paused", "यह समय-सीमा रुकी हुई नहीं है")
CLOCK_RUNNING = ProblemType(
    "clock_running",
    409,
    "A time limit of the law is running; the case ends after it",
    "कानून की एक समय-सीमा चल रही है; मामला उसके बाद ही बंद होगा",
)
KINDS_MISSING = ProblemType(
    "kinds_missing",
    409,
    "Help that was asked for has neither arrived nor been stood down",
    "माँगी गई सहायता न पहुँची है, न वापस बुलाई गई है",
)
KIND_NOT_OUT = ProblemType("kind_not_out", 409, "Help of this kind is not awaited", "इस तरह की सहायता की प्रतीक्षा नहीं है")
CERTIFICATE_UNKNOWN = ProblemType(
    "certificate_unknown", 422, "The case has no such valid certificate", "मामले में ऐसा कोई मान्य प्रमाण पत्र नहीं है"
)
DUPLICATES = {
    one.code: one
    for one in (
        ProblemType("duplicate_unknown", 409, "There is no such case", "ऐसा कोई मामला नहीं है"),
        ProblemType(
            "duplicate_of_itself", 409, "A case is no duplicate of itself", "कोई मामला स्वयं अपनी प्रति नहीं हो सकता"
        ),
        ProblemType("duplicate_not_an_emergency", 409, "The other case is no emergency", "दूसरा मामला आपात सूचना नहीं है"),
        ProblemType(
            "duplicate_is_a_duplicate",
            409,
            "The other case was itself joined to a third",
            "दूसरा मामला स्वयं किसी तीसरे में जोड़ा गया है",
        ),
        ProblemType("duplicate_not_open", 409, "The other case is no longer open", "दूसरा मामला अब खुला नहीं है"),
        ProblemType(
            "duplicate_lacks_kinds",
            409,
            "The other case does not bring all the help that this one asks for",
            "दूसरे मामले में इस मामले की पूरी सहायता नहीं माँगी गई है",
        ),
        ProblemType(
            "duplicate_started_later",
            409,
            "The other case began later; join it to this one",
            "दूसरा मामला बाद में शुरू हुआ; उसे इसमें जोड़ें",
        ),
    )
}
"""Why another emergency cannot stand for this one, by code."""
HEARING_UNKNOWN = ProblemType(
    "hearing_unknown", 422, "The case has no such hearing in that state", "मामले में ऐसी कोई सुनवाई नहीं है"
)
TOO_MANY_STREAMS = ProblemType(
    "too_many_streams", 429, "This case is being watched too often at once", "इस मामले को एक साथ बहुत जगह देखा जा रहा है"
)
TICKET_INVALID = ProblemType(
    "stream_ticket_invalid", 401, "The ticket is used or expired", "टिकट उपयोग हो चुका है या समाप्त है"
)
CURSOR_INVALID = ProblemType("cursor_invalid", 400, "The cursor is not one of ours", "कर्सर मान्य नहीं है")
PLACE_UNKNOWN = ProblemType("place_unknown", 422, "There is no such police office", "ऐसा कोई पुलिस कार्यालय नहीं है")
OFFICE_ACCUSED = ProblemType(
    "office_accused",
    409,
    "The complaint is about this office or one above it; choose another office",
    "शिकायत इसी कार्यालय या इसके वरीय कार्यालय के बारे में है; दूसरा कार्यालय चुनें",
)
HEARING_IN_THE_PAST = ProblemType(
    "hearing_in_the_past", 422, "The time of the hearing is already over", "सुनवाई का यह समय बीत चुका है"
)
HEARING_TOO_FAR = ProblemType(
    "hearing_too_far",
    422,
    "A hearing is booked for a day within one year",
    "सुनवाई एक वर्ष के भीतर ही तय हो सकती है",
)
HEARING_TOO_LONG = ProblemType(
    "hearing_too_long", 422, "A hearing takes eight hours at most", "सुनवाई अधिकतम आठ घंटे की हो सकती है"
)
SLOT_TAKEN = ProblemType(
    "slot_taken",
    409,
    "There is another hearing at this time; choose another time",
    "इस समय दूसरी सुनवाई तय है; कोई और समय चुनें",
)
