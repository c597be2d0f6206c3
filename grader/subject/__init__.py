"""The functions under test, behind one seam: a submission, the reference, or a known mistake."""
