"""The speed check of fast convolution and pooling: ratios, measured where nothing can be claimed.

::

    settings      [speed] of assignment.toml: points, ladder, budget
    inputs        what is timed: the shapes, and fresh values for every call
    stopwatch     the CPU seconds of a worker, from one answer to the next
    entrant       who is timed: the submission's functions, in its worker
    yardsticks    and beside it the reference's loops and NumPy code, in a worker of their own
    rounds        all of them in turn, every result looked at
    interval      medians, and how well they are known
    ladder        from a position between the two yardsticks to a share of the points
    verdict       when it has been measured enough, and what it comes to
    prerequisite  whose values are right, for nothing else is timed
    loops         where loops in Python are, by syntax (`loop_search`): a hint
    own_loops     how long the submission's own naive functions take: shown, never scored
    records       all that as `grader.model.SpeedRecord`
    check         the whole of it, for one hand-in; `stage` is its place among the others
"""
