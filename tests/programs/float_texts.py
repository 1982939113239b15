"""What the floating-point programs print; the same under qemu-riscv64. Real judges: tests/machine/test_float.py."""

FP_ROUNDING = """\
0.1        0.1000000000000000055511151
0.2        0.2000000000000000111022302
0.1 + 0.2  0.3000000000000000444089209
0.3        0.2999999999999999888977697
equal      0

0.1 + 0.2 in each rounding mode
to nearest, ties to even      0.3000000000000000444089209
towards zero                  0.2999999999999999888977697
down                          0.2999999999999999888977697
up                            0.3000000000000000444089209
to nearest, ties away from 0  0.3000000000000000444089209

results and the flags they raise
1 + 1          2.0000000000000000000000000
    flags:
1 / 3          0.3333333333333333148296162
    flags: NX
1 / 0          inf
    flags: DZ
0 / 0          nan
    flags: NV
1e300 * 1e300  inf
    flags: NX OF
1e-300 squared 0.0000000000000000000000000
    flags: NX UF
"""

# The Benchmarks Game publishes -0.169075164 and -0.169087605; digits are cut off here.
NBODY = "-0.16907516\n-0.16908760\n"

MANDELBROT = """\
bbbbbbbbbbbccccccccdddddddddddddddddddeeeefeeedddddccccccccccccc
bbbbbbbbbbccccccdddddddddddddddddeeeeeefghmgggeeeedddddccccccccc
bbbbbbbbcccccdddddddddddddddddeeeeeeefffhikakhgfeeeeedddddcccccc
bbbbbbbcccdddddddddddddddddeeeeeeeefffgmjoj amkgfffeeeedddddcccc
bbbbbbcccddddddddddddddddeeeeeeefgggghijg    njhhggfffeeddddddcc
bbbbbccdddddddddddddddeeeeeffffgj amkdb       cdhliiiohfeddddddc
bbbbbcdddddddddddddeeefffffffgghjb                e  niffedddddd
bbbbcddddddddddeeeggggfffgggghj                      khgfeeddddd
bbbbdddddeeeeefffgbkjijokiiiijm                       gafeeddddd
bbbbddeeeeeeffffghiki h    blm                        mifeeedddd
bbbdeeeeeefffggmjjlh         e                        pgfeeedddd
bbbeffghihghiikld                                    jhgfeeedddd
bbbeffghihghiikld                                    jhgfeeedddd
bbbdeeeeeefffggmjjlh         e                        pgfeeedddd
bbbbddeeeeeeffffghiki h    blm                        mifeeedddd
bbbbdddddeeeeefffgbkjijokiiiijm                       gafeeddddd
bbbbcddddddddddeeeggggfffgggghj                      khgfeeddddd
bbbbbcdddddddddddddeeefffffffgghjb                e  niffedddddd
bbbbbccdddddddddddddddeeeeeffffgj amkdb       cdhliiiohfeddddddc
bbbbbbcccddddddddddddddddeeeeeeefgggghijg    njhhggfffeeddddddcc
bbbbbbbcccdddddddddddddddddeeeeeeeefffgmjoj amkgfffeeeedddddcccc
bbbbbbbbcccccdddddddddddddddddeeeeeeefffhikakhgfeeeeedddddcccccc
bbbbbbbbbbccccccdddddddddddddddddeeeeeefghmgggeeeedddddccccccccc
bbbbbbbbbbbccccccccdddddddddddddddddddeeeefeeedddddccccccccccccc
"""
