"""People decide what the engine could not: a sheet goes out, decisions come back, points follow.

`sheet` writes and reads the sheet, `groups` finds answers that say the same, `decisions` keeps who
decided what, when and why, and `apply` puts decisions and the question files' present deductions into
the reports of a folder of results.
"""
