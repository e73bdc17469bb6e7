"""Secret tips: filed without a name, answered at a case key, and leaving no trace of who filed it."""
