"""What is wrong with this machine, and how to mend it: `finding.py` says what a check is, the rest are checks."""
