"""The product of a matrix and a vector as LLVM text: all of a matrix, or the upper half of a symmetric one.

A matrix is read where it lies, in square tiles: as many rows at a time as a register holds numbers, side by side, so
that memory is asked for several lines at once. Of a symmetric matrix only the tiles on and right of the diagonal are
read; each of the latter serves the sums of its rows and, transposed, those of its columns.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass

# The first row of tiles and the one after the last, the tiles across, the numbers from row to row of the matrix; then
# matrix, vector and result.
FORM = ctypes.CFUNCTYPE(None, *[ctypes.c_int64] * 4, *[ctypes.c_void_p] * 3)
HEAD = (
    "define void @run(i64 %first, i64 %last, i64 %tiles, i64 %stride, ptr noalias readonly %w, "
    "ptr noalias readonly %x, ptr noalias %y) {"
)
AHEAD = 512  # bytes from what is used to what is asked of memory


@dataclass(frozen=True)
class Kernel:
    """A function that adds the products of rows of tiles to a result.

    Attributes:
        edge: how many rows and columns a tile has.
        symmetric: whether tiles left of the diagonal are left out.
        short: whether the numbers of the matrix have 32 bits; all sums have 64.
    """

    edge: int
    symmetric: bool
    short: bool

    @property
    def vector(self) -> str:
        return f"<{self.edge} x double>"

    def text(self) -> str:
        """The function `run`."""
        return "\n".join([*self._head(), *self._begin(), *self._tile(), *self._end()]) + "\n"

    def _head(self) -> Iterator[str]:
        n, v = self.edge, self.vector
        yield f"declare {v} @llvm.fmuladd.v{n}f64({v}, {v}, {v})"
        yield f"declare double @llvm.vector.reduce.fadd.v{n}f64(double, {v})"
        yield "declare void @llvm.prefetch.p0(ptr, i32, i32, i32)"
        yield HEAD
        yield "entry:"
        yield from (f"  %skip{r} = mul i64 %stride, {r}" for r in range(n + 1))
        yield f"  %step = add i64 %skip{n}, {n if self.symmetric else 0}"
        yield "  %any = icmp slt i64 %first, %last"
        yield "  br i1 %any, label %row, label %out"

    def _begin(self) -> Iterator[str]:
        """The begin of a row of tiles: its part of the vector, and the tile on the diagonal, which is used once."""
        n, v = self.edge, self.vector
        yield "row:"
        yield "  %p = phi i64 [ %first, %entry ], [ %p.next, %sums ]"
        yield "  %skipped = mul i64 %p, %step"
        yield f"  %at.p = getelementptr {self._number}, ptr %w, i64 %skipped"
        if self.symmetric:
            yield f"  %own.at = getelementptr {v}, ptr %x, i64 %p"
            yield f"  %own = load {v}, ptr %own.at, align 8"
            for r in range(n):
                same = ", ".join([f"i32 {r}"] * n)
                yield f"  %x{r} = shufflevector {v} %own, {v} poison, <{n} x i32> <{same}>"
            yield from self._rows("%at.p", "d")
            yield from (f"  %begin{r} = fmul {v} %d{r}, %own" for r in range(n))
        yield f"  %at.0 = getelementptr {self._numbers}, ptr %at.p, i64 {int(self.symmetric)}"
        yield f"  %q.0 = add i64 {'%p, 1' if self.symmetric else '0, 0'}"
        yield "  %any.0 = icmp slt i64 %q.0, %tiles"
        yield "  br i1 %any.0, label %tile, label %sums"

    def _tile(self) -> Iterator[str]:
        """A tile beside the diagonal: for the sums of its rows, and of its columns where it stands for two."""
        n, v = self.edge, self.vector
        yield "tile:"
        yield "  %q = phi i64 [ %q.0, %row ], [ %q.next, %tile ]"
        yield "  %at = phi ptr [ %at.0, %row ], [ %at.next, %tile ]"
        yield from (f"  %sum{r} = phi {v} [ {self._first(r)}, %row ], [ %next{r}, %tile ]" for r in range(n))
        yield f"  %there.at = getelementptr {v}, ptr %x, i64 %q"
        yield f"  %there = load {v}, ptr %there.at, align 8"
        yield from self._rows("%at", "w")
        for r in range(n):
            yield f"  %ahead{r} = getelementptr i8, ptr %w{r}.at, i64 {AHEAD}"
            yield f"  call void @llvm.prefetch.p0(ptr %ahead{r}, i32 0, i32 3, i32 1)"
            yield f"  %next{r} = {self._fused(f'%w{r}', '%there', f'%sum{r}')}"
        if self.symmetric:
            yield from self._columns()
        yield f"  %at.next = getelementptr {self._numbers}, ptr %at, i64 1"
        yield "  %q.next = add i64 %q, 1"
        yield "  %more = icmp slt i64 %q.next, %tiles"
        yield "  br i1 %more, label %tile, label %sums"

    def _columns(self) -> Iterator[str]:
        """What a tile adds to the results of its columns, in two sums that need not wait for each other."""
        n, v = self.edge, self.vector
        yield f"  %y.at = getelementptr {v}, ptr %y, i64 %q"
        yield f"  %before = load {v}, ptr %y.at, align 8"
        yield f"  %c0 = {self._fused('%w0', '%x0', '%before')}"
        yield f"  %c1 = fmul {v} %w1, %x1"
        yield from (f"  %c{r} = {self._fused(f'%w{r}', f'%x{r}', f'%c{r - 2}')}" for r in range(2, n))
        yield f"  %column = fadd {v} %c{n - 2}, %c{n - 1}"
        yield f"  store {v} %column, ptr %y.at, align 8"

    def _end(self) -> Iterator[str]:
        """The sums of a row of tiles, which are added to its part of the result."""
        n, v = self.edge, self.vector
        yield "sums:"
        yield from (f"  %all{r} = phi {v} [ {self._first(r)}, %row ], [ %next{r}, %tile ]" for r in range(n))
        yield f"  %to.at = getelementptr {v}, ptr %y, i64 %p"
        yield f"  %to0 = load {v}, ptr %to.at, align 8"
        for r in range(n):
            yield f"  %old{r} = extractelement {v} %to0, i64 {r}"
            yield f"  %new{r} = call reassoc double @llvm.vector.reduce.fadd.v{n}f64(double %old{r}, {v} %all{r})"
            yield f"  %to{r + 1} = insertelement {v} %to{r}, double %new{r}, i64 {r}"
        yield f"  store {v} %to{n}, ptr %to.at, align 8"
        yield "  %p.next = add i64 %p, 1"
        yield "  %again = icmp slt i64 %p.next, %last"
        yield "  br i1 %again, label %row, label %out"
        yield "out:"
        yield "  ret void"
        yield "}"

    def _rows(self, at: str, name: str) -> Iterator[str]:
        """The rows of a tile, as numbers of 64 bits."""
        for r in range(self.edge):
            yield f"  %{name}{r}.at = getelementptr {self._number}, ptr {at}, i64 %skip{r}"
            read = f"load {self._numbers}, ptr %{name}{r}.at, align {4 if self.short else 8}"
            if self.short:
                yield f"  %{name}{r}.short = {read}"
                read = f"fpext {self._numbers} %{name}{r}.short to {self.vector}"
            yield f"  %{name}{r} = {read}"

    def _fused(self, a: str, b: str, c: str) -> str:
        v = self.vector
        return f"call {v} @llvm.fmuladd.v{self.edge}f64({v} {a}, {v} {b}, {v} {c})"

    def _first(self, r: int) -> str:
        return f"%begin{r}" if self.symmetric else "zeroinitializer"

    @property
    def _number(self) -> str:
        return "float" if self.short else "double"

    @property
    def _numbers(self) -> str:
        return f"<{self.edge} x {self._number}>"
