"""Finds the answers of the inline questions in notebooks and their exports.

`documents` and `export` make documents of files; `answers.Finder` reads the answers from them.
Nothing here judges what an answer says.
"""
