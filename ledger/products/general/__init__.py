"""Clauses and readings that all products share. Each product lists what it uses; nothing is inherited."""
