"""Takes the type annotations out of Python source, and leaves all the rest as it was written.

The hand-out is for students who meet Python and backpropagation in the same week; the shapes stand in
the docstrings. What is not in a function or a variable stays: the fields of a NamedTuple need theirs.
"""

from __future__ import annotations

import re

import libcst as cst

_WIDTH = 100
_TOOL_COMMENT = re.compile(r"# *(noqa|type: *ignore|pragma)\b", re.IGNORECASE)


def without_annotations(module: cst.Module) -> cst.Module:
    """The module without the annotations of functions and variables, and without comments to linters.

    Parameter lists that fit on a line without their annotations are put on one.
    """
    return module.visit(_Strip(into_expressions=_TOOL_COMMENT.search(module.code) is not None))


class _Strip(cst.CSTTransformer):
    """Takes them out.

    Parameters
    ----------
    into_expressions : bool
        Whether comments may stand in expressions, which are most of a module and hold no annotations.
    """

    def __init__(self, *, into_expressions: bool) -> None:
        self.scopes: list[cst.FunctionDef | cst.ClassDef] = []
        self._into_expressions = into_expressions

    def on_visit(self, node: cst.CSTNode) -> bool:
        """Whether to look into a node."""
        if isinstance(node, cst.BaseExpression) and not self._into_expressions:
            return False
        return super().on_visit(node)

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:  # noqa: N802 - libcst's name
        self.scopes.append(node)

    def visit_ClassDef(self, node: cst.ClassDef) -> None:  # noqa: N802 - libcst's name
        self.scopes.append(node)

    def leave_ClassDef(  # noqa: N802 - libcst's name
        self, original_node: cst.ClassDef, updated_node: cst.ClassDef
    ) -> cst.ClassDef:
        self.scopes.pop()
        return updated_node

    def leave_FunctionDef(  # noqa: N802 - libcst's name
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        self.scopes.pop()
        return _on_one_line(updated_node.with_changes(returns=None), 4 * len(self.scopes))

    def leave_Param(  # noqa: N802 - libcst's name
        self, original_node: cst.Param, updated_node: cst.Param
    ) -> cst.Param:
        if updated_node.annotation is None:
            return updated_node
        nothing = cst.SimpleWhitespace("")
        equal = cst.AssignEqual(nothing, nothing) if updated_node.default else updated_node.equal
        return updated_node.with_changes(annotation=None, equal=equal)

    def leave_AnnAssign(  # noqa: N802 - libcst's name
        self, original_node: cst.AnnAssign, updated_node: cst.AnnAssign
    ) -> cst.BaseSmallStatement | cst.RemovalSentinel:
        if self.scopes and isinstance(self.scopes[-1], cst.ClassDef):
            return updated_node
        if updated_node.value is None:
            return cst.RemoveFromParent()
        return cst.Assign([cst.AssignTarget(updated_node.target)], updated_node.value)

    def leave_IndentedBlock(  # noqa: N802 - libcst's name
        self, original_node: cst.IndentedBlock, updated_node: cst.IndentedBlock
    ) -> cst.IndentedBlock:
        footer = list(updated_node.footer)
        while footer and footer[-1].comment is None:
            del footer[-1]
        return updated_node.with_changes(footer=footer)

    def leave_TrailingWhitespace(  # noqa: N802 - libcst's name
        self, original_node: cst.TrailingWhitespace, updated_node: cst.TrailingWhitespace
    ) -> cst.TrailingWhitespace:
        comment = updated_node.comment
        if comment is not None and _TOOL_COMMENT.match(comment.value):
            return updated_node.with_changes(whitespace=cst.SimpleWhitespace(""), comment=None)
        return updated_node


def _on_one_line(function: cst.FunctionDef, indent: int) -> cst.FunctionDef:
    """The function with its parameters on one line, if they fit and nothing is said between them."""
    code = cst.Module([]).code_for_node(function.params)
    if "\n" not in code or "#" in code:
        return function
    flat = re.sub(r"\s*\n\s*", " ", code).strip().removesuffix(",")
    if indent + len(f"def {function.name.value}({flat}):") > _WIDTH:
        return function
    parsed = cst.ensure_type(cst.parse_statement(f"def f({flat}): ..."), cst.FunctionDef)
    nothing = cst.SimpleWhitespace("")
    return function.with_changes(params=parsed.params, whitespace_before_params=nothing)
