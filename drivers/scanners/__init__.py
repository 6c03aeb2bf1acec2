"""Code readers, as keyboards and on serial lines. What they read may be anything: little of it is let through."""
