"""What do we remember? Every fact, in SQL, committed before anybody is told; queries are grouped by noun."""
