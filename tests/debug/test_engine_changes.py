"""Changes by the user, and sessions on disk."""

from __future__ import annotations

import json

import numpy as np
import pytest
from engine_world import engine

from emu.debug.stdin import Interrupted
from emu.errors import EmuError
from emu.kernel.exit import kill_group
from emu.kernel.options import Mount


def set_register(it, number, value):
    """x[number] of hart 0."""
    it.intervene(lambda: it.machine.harts[0].x.__setitem__(number, value))


def test_a_change_makes_another_future():
    """What was the future is gone, the change is undone by going back before it, and made again on the way."""
    it = engine("fib.s")
    it.run(max_insns=400)
    here, before = it.tick, it.state_hash()
    it.run()
    old_end = it.tick
    it.goto(here)
    set_register(it, 9, 3)
    assert (it.tick, it.end_tick) == (here, here)
    changed = it.state_hash()
    assert changed != before
    it.run(until_tick=here + 50)
    later = it.state_hash()
    it.goto(here - 10)
    it.run(until_tick=here + 50)
    assert it.state_hash() == later
    it.goto(here)
    assert it.state_hash() == changed
    it.goto(here - 1)
    it.goto(here + 50)
    assert it.state_hash() == later
    assert it.end_tick <= old_end


def test_several_changes_of_one_tick():
    """Each adds to the one before."""
    it = engine("fib.s")
    it.run(max_insns=400)
    tick = it.tick
    set_register(it, 8, 11)
    set_register(it, 9, 22)
    it.run(max_insns=5)
    it.goto(tick - 5)
    it.goto(tick)
    assert (it.machine.harts[0].x[8], it.machine.harts[0].x[9]) == (11, 22)


def test_changed_output_is_handed_on():
    """Output of another future is new output."""
    heard = []
    it = engine("hello.s", heard=heard)
    it.run()
    it.goto(it.start_tick)
    it.run()
    assert b"".join(data for data, _ in heard) == b"hello, world\n"
    it.goto(it.end_tick - 3)
    while it.output:
        it.goto(it.tick - 1)
    it.intervene(lambda: it.machine.harts[0].x.__setitem__(31, 1))
    it.run()
    assert b"".join(data for data, _ in heard) == b"hello, world\n" * 2
    assert it.output == b"hello, world\n"


def session(it):
    """A run with a register, memory and a tunable changed on the way."""
    it.run(max_insns=300)
    set_register(it, 31, 77)
    it.run(max_insns=50)
    pa = it.machine.walk(it.machine.harts[0].satp & (1 << 64) - 1, it.machine.harts[0].x[2] & -8).pa
    it.intervene(lambda: it.machine.ram.__setitem__(slice(pa - 64, pa - 60), b"abcd"))
    it.intervene(lambda: setattr(it.kernel.sysctl, "swappiness", 7))
    it.run(max_insns=200)


def test_save_and_load(tmp_path):
    """A saved session is the same again in a fresh engine, with its past."""
    path = str(tmp_path / "session")
    first, second = engine("fib.s"), engine("fib.s")
    session(first)
    first.save(path)
    second.run()
    second.load(path)
    assert (second.tick, second.state_hash()) == (first.tick, first.state_hash())
    assert second.kernel.sysctl.swappiness == 7
    for it in (first, second):
        it.goto(310)
    assert second.state_hash() == first.state_hash()
    first.run()
    second.run()
    assert second.state_hash() == first.state_hash()


def test_what_cannot_be_saved(tmp_path):
    """A change of kernel objects that no file can hold is refused with the tick before it as a way out."""
    it = engine("fib.s")
    it.run(max_insns=300)
    it.intervene(lambda: kill_group(it.kernel, it.kernel.tasks[1], 9))
    with pytest.raises(EmuError, match="can't be saved"):
        it.save(str(tmp_path / "x"))
    with pytest.raises(EmuError, match="can't write"):
        engine("fib.s").save(str(tmp_path / "no" / "such"))


def damaged(data):
    """Many ways to be wrong."""
    yield b""
    yield b"\x80\x04cos\nsystem\n(S'true'\ntR."
    yield b"[" * 100_000
    yield json.dumps([1]).encode()
    yield json.dumps({**data, "version": 99}).encode()
    for name in data:
        yield json.dumps({key: value for key, value in data.items() if key != name}).encode()
        yield json.dumps({**data, name: {"a": None} if name != "session" else []}).encode()
    change = data["changes"][0]
    harts = {"harts": {str(n): 1 << 40 for n in range(0, 2048, 3)}}
    wrong = [{"ram": {"-1": 5}}, {"ram": {str(1 << 60): 5}}, {"nothing": {"0": 1}}, harts, {"code": {"3": 0x1FF}}]
    wrong += [{"tlb": {"1": 1}}, {"mem_map.flags": {"0": 1}}, {"line": {"0": 255 << 48}}, {"line_tag": {"0": 5}}]
    for words in wrong:
        yield json.dumps({**data, "changes": [{**change, "words": words}]}).encode()
    for tasks in ({"1": {"kernel": 5}}, {"1": {"regs": [0] * 31}}, {"99": {"pc": 0}}, {"1": {"pc": "x"}}):
        yield json.dumps({**data, "changes": [{**change, "tasks": tasks}]}).encode()
    yield json.dumps({**data, "changes": [{**change, "sysctl": {"__class__": 1}}]}).encode()
    yield json.dumps({**data, "changes": [{**change, "tick": 1 << 40}]}).encode()
    yield json.dumps({**data, "end": "0" * 64}).encode()
    yield json.dumps({**data, "typed": ["*"]}).encode()


def test_damaged_files(tmp_path):
    """Whatever a file holds, loading it works or is an EmuError, and then nothing has changed."""
    path = tmp_path / "session"
    it = engine("fib.s")
    session(it)
    it.save(str(path))
    here = it.tick, it.state_hash()
    for content in damaged(json.loads(path.read_text())):
        path.write_bytes(content)
        with pytest.raises(EmuError):
            it.load(str(path))
        assert it.tick == here[0], content[:200]
    assert it.state_hash() == here[1]
    with pytest.raises(EmuError, match="can't read"):
        it.load(str(tmp_path / "none"))


def test_another_program(tmp_path):
    """A session of one program can't be loaded into another."""
    path = str(tmp_path / "session")
    engine("fib.s").save(path)
    it = engine("hello.s")
    it.run()
    with pytest.raises(EmuError, match="another program"):
        it.load(path)
    assert it.kernel.exit is not None


class Typist:
    """Input, a word at a time; None is Ctrl-C."""

    isatty = False

    def __init__(self, *words):
        self.words, self.asked = list(words), 0

    def read(self, count):
        self.asked += 1
        word = self.words.pop(0) if self.words else b""
        if word is None:
            raise Interrupted
        return word[:count]


def test_input_is_recorded(tmp_path):
    """What was typed is typed again after going back, from a file too; nobody is asked twice."""
    typist = Typist(b"one ", b"two ", b"three")
    it = engine("cat.s", "/dev/stdin", typed=typist)
    assert it.run().kind == "exit"
    output, asked, end = it.output, typist.asked, it.state_hash()
    assert output == b"one two three"
    for tick in (it.end_tick // 2, it.start_tick, it.end_tick - 1):
        it.goto(tick)
        assert output.startswith(it.output)
        it.run()
        assert (it.output, it.state_hash()) == (output, end)
    assert typist.asked == asked
    it.save(str(tmp_path / "session"))
    other = engine("cat.s", "/dev/stdin", typed=Typist(b"something else"))
    other.load(str(tmp_path / "session"))
    assert (other.output, other.state_hash()) == (output, end)


def test_interrupted_input():
    """Ctrl-C while the guest waits for input: it stands before the system call, which is made again later."""
    it = engine("cat.s", "/dev/stdin", typed=Typist(b"one", None, b"two"))
    assert it.run().kind == "interrupted"
    assert it.output == b"one"
    digest = it.state_hash()
    it.goto(it.tick - 1)
    it.run(until_tick=it.tick + 1)
    assert it.state_hash() == digest
    assert it.run().kind == "exit"
    assert it.output == b"onetwo"


def test_writable_mounts_are_refused(tmp_path):
    """What the guest writes to the host can't be taken back."""
    with pytest.raises(EmuError, match="mounted for writing"):
        engine("hello.s", mounts=(Mount(str(tmp_path), "/here", True),))


def test_files_go_back(tmp_path):
    """A mounted folder can be read, before and after going back."""
    (tmp_path / "text").write_bytes(b"x" * 5000)
    it = engine("cat.s", "/here/text", mounts=(Mount(str(tmp_path), "/here", False),))
    it.run()
    assert it.output == b"x" * 5000
    digest = it.state_hash()
    it.goto(it.end_tick // 2)
    it.run()
    assert it.state_hash() == digest


def test_no_room_for_a_change():
    """Where not even one copy has room, a change is refused before anything is done."""
    it = engine("kernel/threads.s", memory=1 << 20)
    it.begin()
    it.run(until_tick=20_000)
    pool, ram = it.system.pool, it.system.regions["ram"]
    held = pool.take(ram.live, np.zeros(pool.capacity - pool.used, int))
    with pytest.raises(EmuError, match="no room"):
        set_register(it, 9, 3)
    assert it.machine.harts[0].x[9] != 3
    pool.hold(held)
    pool.release(held)
    set_register(it, 9, 3)
    assert it.machine.harts[0].x[9] == 3
