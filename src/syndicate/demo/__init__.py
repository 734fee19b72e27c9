"""What does it look like at a partner's? Receivers on this computer for the sample partners in `config/demo`.

The people, villages and figures in `config/demo/articles` are invented, and so are the agreements in
`config/demo/partners`; only the partners' names are real.
"""
