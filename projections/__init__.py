"""What others read: the movements in SQL. Rebuildable, and never asked before a decision."""
