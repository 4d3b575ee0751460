"""What lets old programs run unchanged: the import alias, renames, and Python 2 conversion."""
