"""The program: command line, composition of a whole point, settings, supervision."""
