"""Copies of a whole installation, or of one project, in a file: for safety, and for moving."""
