"""Readers of the journal with cursors of their own: an event becomes paper, a board, speech; the answer a command."""
