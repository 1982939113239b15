"""The compile cache: used twice, shared by processes that start at once, keyed by the sources, and dispensable."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import emu

PACKAGE = Path(emu.__file__).parent
FLUSH = """
from emu.machine import Machine, jit, load_config
from emu.machine.doors import sfence
Machine(load_config("toy", {"ram": "64K"})).sfence(0)
stats = sfence.stats
print(jit.CACHED, sum(stats.cache_hits.values()), sum(stats.cache_misses.values()))
"""
KEY = "from emu.machine import jit; print(jit.cache_key())"


def start(code, cache, package=PACKAGE):
    """A Python process that runs code with this cache folder."""
    env = {**os.environ, "EMU_CACHE_DIR": str(cache), "PYTHONPATH": str(package.parent)}
    env.pop("NUMBA_DISABLE_JIT", None)
    command, pipe = [sys.executable, "-c", code], subprocess.PIPE
    return subprocess.Popen(command, env=env, cwd=package.parent, stdout=pipe, stderr=pipe)


def said(process):
    """What the process printed; it must have ended well."""
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err.decode()
    return out.decode().strip()


def test_two_at_once_then_a_hit(tmp_path):
    """Two processes compile into one cold cache at once; a third finds what they left."""
    both = [start(FLUSH, tmp_path / "cache") for _ in range(2)]
    assert [said(p).split()[0] for p in both] == ["True", "True"]
    assert said(start(FLUSH, tmp_path / "cache")) == "True 1 0"


def test_no_writable_cache(tmp_path, monkeypatch):
    """Where the cache folder can't be made, one of the user's own among the temporary files takes its place."""
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    assert said(start(FLUSH, tmp_path / "file" / "cache")) == "True 0 1"
    assert said(start(FLUSH, tmp_path / "file" / "cache")) == "True 1 0"
    (made,) = (tmp_path / "temporary").glob("emu-cache-*")
    assert made.stat().st_mode & 0o077 == 0


def test_read_only_folders(tmp_path):
    """A read-only installation with a read-only cache folder works, and stays as it was."""
    package, cache = tmp_path / "site" / "emu", tmp_path / "cache"
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    cache.mkdir()
    folders = [cache, package.parent, *(p for p in package.rglob("*") if p.is_dir()), package]
    for folder in folders:
        folder.chmod(0o555)
    try:
        before = sorted(package.rglob("*.nb?"))
        assert said(start(FLUSH, cache, package)).split()[0] in ("True", "False")  # a superuser may write anywhere
        assert sorted(package.rglob("*.nb?")) == before == []
    finally:
        for folder in folders:
            folder.chmod(0o755)


def test_key_follows_the_sources(tmp_path):
    """A change of any source that the machine is made from is another cache."""
    package = tmp_path / "emu"
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    keys = {said(start(KEY, tmp_path / "cache", package))}
    for name in ("machine/arith.py", "isa/tables/base.py"):
        with (package / name).open("a") as file:
            file.write("# changed\n")
        keys.add(said(start(KEY, tmp_path / "cache", package)))
    assert len(keys) == 3
