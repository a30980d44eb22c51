"""Worked examples: histories of policies, and what the ledger must answer about them."""
