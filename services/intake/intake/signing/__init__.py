"""E-signing: the citizen signs the information online, through a provider that speaks docs/e-sign.md."""
