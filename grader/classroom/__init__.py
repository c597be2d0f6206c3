"""A class: many hand-ins, several judges, one folder of results.

============  ===================================================================================
`hand_ins`    which hand-ins there are, and what each is called
`judge`       what runs in a judge's process: it grades one hand-in after the other
`executors`   the processes of this machine, each on a core of its own
`batch`       hands the hand-ins out one by one and keeps what comes back
`results`     the folder of results: what is stored there, and what need not be graded again
`fingerprint` when two gradings must come to the same result
`documents`   what is written for one submission
`tables`      what is written and shown for all of them
============  ===================================================================================

One hand-in never stops the others: one that cannot be read, or that the grader fails at, gets a record
that says so, and no points, not even zero.
"""
