"""Call buttons, keypads and silent-alarm buttons: keys of the kernel's input devices, and what they mean."""
