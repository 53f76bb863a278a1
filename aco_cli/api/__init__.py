"""The calls of the library: each takes paths or frames and gives a Result; commands are thin callers of them.

Files are paths, or frames in the columns of a roster or public use file. `run` hears of what goes on (`api.run.Run`);
without one nothing is said, and the Result has the notices. Errors are AcoError: UsageError for what is asked for,
InputError for what files hold, RulesError for rules, each with its place.
"""
