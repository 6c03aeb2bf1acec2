"""The media process: the booth's own WebRTC peer (aiortc), and the simulated people. Nowhere else is aiortc imported."""
