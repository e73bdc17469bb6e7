"""Who a citizen is: the profile, the documents that prove it, and what follows where two people give one document."""
