"""What the core asks of the world, as Protocols and value types; drivers and edges fulfil them."""
