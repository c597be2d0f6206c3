"""Makes the hand-out of an assignment from the reference: the same code, with the solutions taken out.

From the outside in:

=============  ===========================================================================
`template`     build, write and compare a whole hand-out
`layout`       which file is made from which parts (the table of ``assignment.toml``)
`sources`      the reference as a set of texts
`modules`      put the Python files together; `drafts`, `imports`: their pieces
`notebooks`    make notebooks from scripts in percent format
`stubs`        replace solution regions by TODOs; `places`, `bindings`: where and what they are
`regions`      find the markers
`untyped`      take the annotations out
`leaks`        look for solutions in what is handed out
=============  ===========================================================================
"""
