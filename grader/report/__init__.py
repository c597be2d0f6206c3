"""Reports: one `grader.model.Report`, many renderers.

Every renderer is a pure function from a report to text, one file each. Those whose output a student may
see take a `grader.report.redact.StudentReport` and nothing else, and the only way to one is
`grader.report.redact.for_student`, which copies field by field what a student may know::

    Report ──────────────► json.encode, terminal.instructor, html.instructor, html.class_page
       │ redact.for_student
       ▼
    StudentReport ───────► json.encode_student, terminal.check, html.student,
                           sheet, junit, github, gradescope

Both are laid out as a `grader.report.page.Page`, the lines of the score sheet with every text made safe
to show: what a line says is decided there, how it looks in the renderers. The documents are described
in ``docs/report.md``.
"""
