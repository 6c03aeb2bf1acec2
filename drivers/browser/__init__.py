"""Keeps a booth's browser: starts it, starts it again when it ends, and ends it at once when the point says so."""
