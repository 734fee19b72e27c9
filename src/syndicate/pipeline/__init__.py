"""What happens? The stages of the road: each writes the ledger and returns the Steps that follow.

A stage commits before it returns, so that nobody can hand a Step over before the ledger knows (`receive` alone works in
its caller's transaction).
"""
