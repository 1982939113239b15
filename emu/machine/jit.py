"""The one `hot` decorator, and the compile cache.

Every jitted function of the project is decorated here and nowhere else. `_nrt=False` keeps reference counting out of
the hot code: with it, the same loop is five times slower. The flag is private to numba;
`tests/machine/test_hot_code.py` holds it to its word. numba's own cache watches only the file of the function, so the
cache folder is keyed by a hash of all the sources that the jitted code is made from, numba's version and the
processor.
"""

from __future__ import annotations

import hashlib
import platform
from pathlib import Path

import llvmlite
import numba
import numpy as np
from numba import types
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import register_pass
from numba.core.typed_passes import NativeLowering, NopythonRewrites
from numba.core.untyped_passes import InlineClosureLikes
from numba.cpython import numbers
from numba.np import arrayobj

from emu.cachedir import cache_root, writable

SOURCES = Path(__file__).parent, Path(__file__).parent.parent / "isa"


def cache_key() -> str:
    """A hash of everything that decides the compiled code but that numba's cache does not watch."""
    digest = hashlib.sha256()
    for folder in SOURCES:
        for path in sorted(folder.rglob("*.py")):
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    digest.update("\0".join((numba.__version__, llvmlite.__version__, np.__version__, platform.machine())).encode())
    digest.update(str(numba.config.BOUNDSCHECK).encode())
    return digest.hexdigest()[:16]


INTERPRETED = bool(numba.config.DISABLE_JIT)
CACHE_DIR = cache_root() / f"jit-{cache_key()}"
CACHED = not INTERPRETED and writable(CACHE_DIR)
if CACHED:
    numba.config.CACHE_DIR = str(CACHE_DIR)

# Guest arithmetic wraps. numba promises LLVM that int64 never overflows ("nsw"), which makes a wrapped result
# undefined.
numbers._int_arith_flags = lambda kind: []

# No index is negative: Python's wrap-around would be three instructions more for each access.
arrayobj.fix_integer_index = lambda context, builder, kind, index, size: context.cast(builder, index, kind, types.intp)

_OPTIONS = {"_nrt": False, "error_model": "numpy"}


class _PartLowering(NativeLowering):
    """Lower a function that only jitted code calls, and leave optimising and compiling it to the door that uses it.

    numba would optimise and compile every callee on its own, together with copies of everything below it: minutes for
    the machine. As parts, all functions meet once, in the module of the door.
    """

    _name = "part_lowering"

    def run_pass(self, state) -> bool:
        library = state.targetctx.codegen().create_library(state.func_id.func_qualname)
        library.enable_object_caching()
        library._optimize_final_module = lambda: None
        library._finalize_final_module = lambda: setattr(library, "_finalized", True)
        state.library = library
        state.flags.no_compile = True
        super().run_pass(state)
        key = object()  # stands for the machine code that this function alone never has
        state["cr"] = state["cr"]._replace(cfunc=key)
        fndesc = state["cr"].fndesc
        if not state.flags.forceinline:
            library._final_module.get_function(fndesc.llvm_func_name).add_function_attribute("noinline")
        state.targetctx.insert_user_function(key, fndesc, [library])
        return True


class _PartCompiler(CompilerBase):
    """numba's pipeline with `_PartLowering`, and without what looks for things that hot code has none of:

    closures, comprehensions, and expressions of whole arrays. That is a tenth of the time.
    """

    def define_pipelines(self) -> list:
        manager = DefaultPassBuilder.define_nopython_pipeline(self.state)
        kept = [row for row in manager.passes if row[0] not in (InlineClosureLikes, NopythonRewrites)]
        manager.passes = [(_PartLowering if p is NativeLowering else p, name) for p, name in kept]
        manager._finalized = False
        manager.finalize()
        return [manager]


register_pass(mutates_CFG=True, analysis_only=False)(_PartLowering)


def _widened(kind):
    """Numbers of any width, truth values and literals are passed as int64, so that each function compiles once."""
    kind = types.unliteral(kind)
    return types.int64 if isinstance(kind, types.Integer | types.Boolean) else kind


def _part(function, **options):
    if INTERPRETED:
        return function
    dispatcher = numba.njit(
        no_cpython_wrapper=True, no_cfunc_wrapper=True, pipeline_class=_PartCompiler, **_OPTIONS, **options
    )(function)
    dispatcher.add_overload = lambda part: dispatcher.overloads.update({tuple(part.signature.args): part})
    template = dispatcher.get_call_template
    dispatcher.get_call_template = lambda args, kws: template(tuple(map(_widened, args)), kws)
    return dispatcher


def hot(function):
    """Jit a function of the machine:

    no reference counting, C division; callable only from jitted code, numbers as int64.
    """
    return _part(function, forceinline=False)  # said aloud: numba hands the flag down to callees


def inlined(function):
    """Like `hot`, for the few lines of a fast path: always inlined into the caller."""
    return _part(function, forceinline=True)


def entry(function):
    """A door that Python calls: everything below it is compiled with it, once per version, and kept in the cache."""
    return numba.njit(no_cfunc_wrapper=True, cache=CACHED, **_OPTIONS)(function)
