"""What must it say: the statements we owe the reader, in the words that were configured, in their places."""
