"""Simulated people as real peers: experts and booths that speak the products' lines and are at their ends of WebRTC.

Their pictures say SIMULATED, their sound is a tone: nobody takes them for somebody. `python -m drivers.media.sim`.
"""
