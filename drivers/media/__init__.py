"""The media process: the booth's own peer in every remote session (docs/remote-service.md)."""
