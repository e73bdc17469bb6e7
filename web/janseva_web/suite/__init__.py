"""The services as these pages know them: by their public HTTP API alone."""
