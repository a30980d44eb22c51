"""The read model's tables and views, step by step. The log's tables are none of theirs."""
