"""The product of a matrix of +1 and -1 with a vector as LLVM text: exact, or not at all.

Where the vector holds +1 and -1 alone, entries that differ are counted, 64 at a time: exclusive or, count of bits.
Where it holds whole numbers whose sizes add up to 2**53 at most, those that meet a +1 are added, 32 rows side by side;
twice that less the sum of all is the product. Any order of such a sum gives the same bits, so these are NumPy's.
"""

from __future__ import annotations

import ctypes

# Rows whose bits are counted together, and rows whose sums are added together.
COUNTED, ADDED = 8, 32
WORD = 64
EXACT = 2.0**53
# What the function finds at a place in memory that it is given: how many numbers the vector has, words of bits for it,
# columns, rows of words and rows of sums, and where the vector is, room for its bits, the matrix as bits by rows and by
# columns, and the result. It tells how the product was computed, or 0 if it was not.
FORM = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p)
FRAME = ("numbers", "words", "columns", "counted", "added", "x", "own", "rows", "sides", "y")
LOADS = "\n".join(
    f"  %{name}.at = getelementptr i64, ptr %frame, i64 {k}\n  %{name} = load {kind}, ptr %{name}.at, align 8"
    for k, (name, kind) in enumerate(zip(FRAME, ["i64"] * 5 + ["ptr"] * 5, strict=True))
)
TEXT = f"""
declare <8 x double> @llvm.fabs.v8f64(<8 x double>)
declare <8 x double> @llvm.floor.v8f64(<8 x double>)
declare <8 x i64> @llvm.ctpop.v8i64(<8 x i64>)
declare i1 @llvm.vector.reduce.and.v8i1(<8 x i1>)
declare double @llvm.vector.reduce.fadd.v8f64(double, <8 x double>)

define i64 @run(ptr %frame) {{
entry:
{LOADS}
  br label %look

look:
  %k = phi i64 [ 0, %entry ], [ %k.next, %look ]
  %signs = phi <8 x i1> [ splat (i1 true), %entry ], [ %signs.next, %look ]
  %wholes = phi <8 x i1> [ splat (i1 true), %entry ], [ %wholes.next, %look ]
  %sizes = phi <8 x double> [ zeroinitializer, %entry ], [ %sizes.next, %look ]
  %sums = phi <8 x double> [ zeroinitializer, %entry ], [ %sums.next, %look ]
  %at = getelementptr double, ptr %x, i64 %k
  %v = load <8 x double>, ptr %at, align 8
  %negative = fcmp olt <8 x double> %v, zeroinitializer
  %byte = bitcast <8 x i1> %negative to i8
  %place = lshr i64 %k, 3
  %byte.at = getelementptr i8, ptr %own, i64 %place
  store i8 %byte, ptr %byte.at
  %size = call <8 x double> @llvm.fabs.v8f64(<8 x double> %v)
  %one = fcmp oeq <8 x double> %size, splat (double 1.0)
  %signs.next = and <8 x i1> %signs, %one
  %floor = call <8 x double> @llvm.floor.v8f64(<8 x double> %size)
  %same = fcmp oeq <8 x double> %floor, %size
  %wholes.next = and <8 x i1> %wholes, %same
  %sizes.next = fadd <8 x double> %sizes, %size
  %sums.next = fadd <8 x double> %sums, %v
  %k.next = add i64 %k, 8
  %on = icmp slt i64 %k.next, %numbers
  br i1 %on, label %look, label %found

found:
  %is.signs = call i1 @llvm.vector.reduce.and.v8i1(<8 x i1> %signs.next)
  br i1 %is.signs, label %count, label %numbers.too

count:
  %n = insertelement <8 x i64> poison, i64 %columns, i64 0
  %all.n = shufflevector <8 x i64> %n, <8 x i64> poison, <8 x i32> zeroinitializer
  br label %count.rows

count.rows:
  %g = phi i64 [ 0, %count ], [ %g.next, %count.done ]
  %g.words = mul i64 %g, %words
  br label %count.words

count.words:
  %w = phi i64 [ 0, %count.rows ], [ %w.next, %count.words ]
  %differ = phi <8 x i64> [ zeroinitializer, %count.rows ], [ %differ.next, %count.words ]
  %word.at = getelementptr i64, ptr %own, i64 %w
  %word = load i64, ptr %word.at, align 8
  %word.0 = insertelement <8 x i64> poison, i64 %word, i64 0
  %word.all = shufflevector <8 x i64> %word.0, <8 x i64> poison, <8 x i32> zeroinitializer
  %gw = add i64 %g.words, %w
  %bits.at = getelementptr <8 x i64>, ptr %rows, i64 %gw
  %bits = load <8 x i64>, ptr %bits.at, align 8
  %unlike = xor <8 x i64> %bits, %word.all
  %ones = call <8 x i64> @llvm.ctpop.v8i64(<8 x i64> %unlike)
  %differ.next = add <8 x i64> %differ, %ones
  %w.next = add i64 %w, 1
  %w.on = icmp slt i64 %w.next, %words
  br i1 %w.on, label %count.words, label %count.done

count.done:
  %twice = shl <8 x i64> %differ.next, splat (i64 1)
  %agree = sub <8 x i64> %all.n, %twice
  %agree.real = sitofp <8 x i64> %agree to <8 x double>
  %g.at = getelementptr <8 x double>, ptr %y, i64 %g
  store <8 x double> %agree.real, ptr %g.at, align 8
  %g.next = add i64 %g, 1
  %g.on = icmp slt i64 %g.next, %counted
  br i1 %g.on, label %count.rows, label %signs.out

signs.out:
  ret i64 1

numbers.too:
  %is.wholes = call i1 @llvm.vector.reduce.and.v8i1(<8 x i1> %wholes.next)
  %total.size = call double @llvm.vector.reduce.fadd.v8f64(double 0.0, <8 x double> %sizes.next)
  %is.small = fcmp ole double %total.size, {EXACT:.1f}
  %is.exact = and i1 %is.wholes, %is.small
  br i1 %is.exact, label %add, label %not.exact

not.exact:
  ret i64 0

add:
  %total.all = call double @llvm.vector.reduce.fadd.v8f64(double 0.0, <8 x double> %sums.next)
  %beyond = sub i64 %numbers, %columns
  %beyond.real = sitofp i64 %beyond to double
  %total = fsub double %total.all, %beyond.real
  %total.0 = insertelement <{ADDED} x double> poison, double %total, i64 0
  %totals = shufflevector <{ADDED} x double> %total.0, <{ADDED} x double> poison, <{ADDED} x i32> zeroinitializer
  br label %add.rows

add.rows:
  %s = phi i64 [ 0, %add ], [ %s.next, %add.done ]
  %s.columns = mul i64 %s, %columns
  br label %add.columns

add.columns:
  %m = phi i64 [ 0, %add.rows ], [ %m.next, %add.columns ]
  %plus = phi <{ADDED} x double> [ zeroinitializer, %add.rows ], [ %plus.next, %add.columns ]
  %sm = add i64 %s.columns, %m
  %side.at = getelementptr i{ADDED}, ptr %sides, i64 %sm
  %side = load i{ADDED}, ptr %side.at, align 4
  %side.bits = bitcast i{ADDED} %side to <{ADDED} x i1>
  %m.at = getelementptr double, ptr %x, i64 %m
  %x.m = load double, ptr %m.at, align 8
  %x.0 = insertelement <{ADDED} x double> poison, double %x.m, i64 0
  %x.all = shufflevector <{ADDED} x double> %x.0, <{ADDED} x double> poison, <{ADDED} x i32> zeroinitializer
  %more = fadd <{ADDED} x double> %plus, %x.all
  %plus.next = select <{ADDED} x i1> %side.bits, <{ADDED} x double> %more, <{ADDED} x double> %plus
  %m.next = add i64 %m, 1
  %m.on = icmp slt i64 %m.next, %columns
  br i1 %m.on, label %add.columns, label %add.done

add.done:
  %plus.twice = fadd <{ADDED} x double> %plus.next, %plus.next
  %sum = fsub <{ADDED} x double> %plus.twice, %totals
  %s.at = getelementptr <{ADDED} x double>, ptr %y, i64 %s
  store <{ADDED} x double> %sum, ptr %s.at, align 8
  %s.next = add i64 %s, 1
  %s.on = icmp slt i64 %s.next, %added
  br i1 %s.on, label %add.rows, label %wholes.out

wholes.out:
  ret i64 2
}}
"""
