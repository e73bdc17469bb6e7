"""Secret information: given without a name, answered at a key and a passphrase that are on paper alone."""
