# log in as a citizen: the one-time password arrives at the local SMS gateway
field() { @PYTHON@ -m janseva_local.pick "$@"; }
json='Content-Type: application/json'
CHALLENGE=$(curl -s @INTAKE@/v1/auth/otp -H "$json" -d '{"phone": "+91@PHONE@"}' | field challenge_id)
OTP=$(curl -s '@PROVIDER@/v1/sink?to=%2B91@PHONE@' | field 0.text --digits)
TOKEN=$(curl -s @INTAKE@/v1/auth/token -H "$json" -d "{\"challenge_id\": \"$CHALLENGE\", \"otp\": \"$OTP\"}" | field access_token)

# file a complaint in Patna
FILED=$(curl -s @INTAKE@/v1/complaints -H "$json" -H "Authorization: Bearer $TOKEN" -H "Idempotency-Key: first-$(date +%s%N)" -d '
  {"service_code": "e-complaint", "language": "en", "channel": "web", "complainant": {"name": "Asha Devi"},
   "description": "My bicycle was stolen from the market", "location": {"lat": 25.6093, "lon": 85.1376},
   "attributes": {"category": "theft"}}'); echo "$FILED"

# follow it: the station, the clock of the inquiry, the timeline
STATUS=$(curl -s @INTAKE@/v1/complaints/$(field tracking_number <<<"$FILED") -H "Authorization: Bearer $TOKEN"); echo "$STATUS"

# acknowledge it as the officer in charge of its station
OFFICER=$(make -s token@DATA@ ROLE=sho STATION=$(field station.code <<<"$STATUS"))
curl -s @INTAKE@/v1/desk/cases/$(field case_id <<<"$FILED")/acknowledge -H "$json" -H "Authorization: Bearer $OFFICER" -d '{}'

# see the messages the citizen got
curl -s '@PROVIDER@/v1/sink?to=%2B91@PHONE@'

# let some 300 citizens and their officers use it, and reconcile what came of it
make demo@DATA@
