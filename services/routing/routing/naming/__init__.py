"""Station names in Devanagari: witnessed spellings, known parts, and a rule table whose accuracy is measured."""
