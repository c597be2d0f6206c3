"""Right implementations of the assignment in other styles than the reference's.

Students who are right write all kinds of code. The graded checks must accept what is in here, in every
section that counts.

==============  ====================================================================================
`loops`         plain loops over everything, lists as caches
`terse`         one-liners, einsum, other formulas for the same thing
`unusual`       what the hand-outs leave open, decided otherwise than in the reference
==============  ====================================================================================

Each module has a ``STYLE``: functions by the names of the interface.
"""
