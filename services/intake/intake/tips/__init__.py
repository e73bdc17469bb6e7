"""Secret tips: told without a name, answered at a case key, and leaving no trace of who told."""
