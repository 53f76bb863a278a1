"""Claims, enrollment and assignment files as tables of an engine that works out of memory."""
