"""How fast is it, compared with what? Ratios to baselines that ran side by side; no test, and no threshold.

`python -m bench delivery` fills ledgers, sends to one real nginx on loopback, prints a table, and writes it to
`var/bench`. Every measured run is a process of its own, so that its processor time and its memory are its own.
"""
