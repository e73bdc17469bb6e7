"""Filing: complaints and emergencies, from whatever was sent to a case and its first events."""
