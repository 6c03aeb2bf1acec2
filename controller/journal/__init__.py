"""The durable truth of a point: an append-only, hash-chained SQLite file, and how to read it."""
