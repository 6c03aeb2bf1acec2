"""A network in user space: ends in namespaces of their own, joined by one process that loses, delays and holds back.

Each end has an Ethernet-like device (a TUN) in a network namespace; whoever runs there uses plain sockets, so that TCP,
ICE, DTLS and TURN meet a real IP path and nothing in them is patched. Needs root and /dev/net/tun.
"""
