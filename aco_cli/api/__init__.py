"""What a notebook, a service or a command calls: paths or frames in, a table with notices out. Nothing prints."""
