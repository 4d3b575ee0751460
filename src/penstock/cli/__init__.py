"""The ``penstock`` command; each sub-command is a file of its own."""
