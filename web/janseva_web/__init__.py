"""The pages: server-rendered HTML over the public HTTP API, and no data of their own."""
