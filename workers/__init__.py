"""Who works round the clock? One module for each process role: its tasks, one line each, its pool and its limits.

`python -m workers ROLE` runs one; `syndicate up` runs them all.
"""
