"""Independent oracles for the tests: naive loops, closed forms and differences.

Nothing here imports ``reference`` or ``grader``: an oracle that shares code with what it checks
shares its mistakes as well.
"""
