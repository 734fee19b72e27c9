"""The history of the ledger's shape; each step is only ever added to."""
