"""Others that deliver, run as they are, each in a process (and where it must be, an environment) of its own."""
