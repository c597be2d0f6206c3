"""The graded checks: comparisons, tolerances, and the session that runs them."""
