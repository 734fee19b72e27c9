"""Who may ask, by shell? One file per noun."""
