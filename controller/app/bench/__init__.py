"""How fast and how heavy the program is here, each figure beside the floor of this machine."""
