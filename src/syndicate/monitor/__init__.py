"""How is it going? Looks at the ledger and the queues, and changes neither."""
