"""Ticket printers that speak ESC/POS: what is on the paper, the bytes, and the conversation that confirms them."""
