"""What HTML do we let through: clean it, read its words, and put our own blocks in. Knows no article."""
