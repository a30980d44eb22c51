"""Clauses and readings that all products share. Each product lists what it uses; nothing is inherited."""

from pathlib import Path

from ledger.terms import Terms

TERMS = Terms.load(Path(__file__).parent)
