"""The rules of the scheme, cut by the sections of its wording; amounts, windows and lists are in terms.toml."""
