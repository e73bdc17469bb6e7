"""The police call at a person's home: visits that are promised, made, and confirmed or disputed."""
