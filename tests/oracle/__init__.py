"""Reference calculators, written from the specification alone, to test the ledger against. They share no code with it."""
