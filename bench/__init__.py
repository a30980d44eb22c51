"""Figures of speed, each beside its floor measured in the same run: `python -m bench`."""
