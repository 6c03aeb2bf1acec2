"""The way to central: every event in order, at least once; commands from central, each applied once."""
