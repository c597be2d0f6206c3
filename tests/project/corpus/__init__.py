"""Submissions of our own with the verdicts that they must get.

Every folder below ``honest/`` and ``hostile/`` is one submission:

``expected.toml``
    What it is, what it is made of, and the verdict: see `corpus.entry.Entry`.
``files/``
    Files that are put into the hand-in as they are.
``appended/``
    Text that is put at the end of a file of the base, so that its definitions win.

A hand-in is put together by `corpus.build` and held against its verdict by `corpus.verdict`. What
cannot lie in a repository (bombs, links, compiled files) is made by `corpus.special`.
"""
