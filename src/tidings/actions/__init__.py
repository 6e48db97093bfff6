"""Every write that a person or a program can ask for: check, write, audit, announce, at once."""
