"""Readers: files in, one validated table of ACOs and years out. Knows no rule of the program."""
