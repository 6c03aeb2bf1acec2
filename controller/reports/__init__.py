"""The figures, as views of one SQL engine over the events alone (contract, section 6)."""
