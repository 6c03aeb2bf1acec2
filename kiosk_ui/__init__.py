"""The pages of a point: plain modules and style sheets, served as they lie here; Python finds them by ROOT."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent
