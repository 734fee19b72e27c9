"""syndicate brings a newsroom's published articles to its partners, under licence, and takes them back."""
