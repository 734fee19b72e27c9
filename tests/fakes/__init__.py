"""Stand-ins for what the tests can't have: a partner that does as it is told."""
