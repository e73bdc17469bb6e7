"""From information to the FIR: its signature, the preliminary enquiry, the registration or the refusal."""
