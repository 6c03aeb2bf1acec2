"""The box: a journal with readers. `domain` decides, `ledger` writes, everything else reads and sends commands back."""
