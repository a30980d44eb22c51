"""What happened to an insurance policy, and what follows from it. No SQL and no clock below the edge."""
