"""What others read: the journal's movements in SQL. Rebuildable from the log at any time, never asked before a decision."""
