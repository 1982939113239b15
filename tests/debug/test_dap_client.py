"""The Debug Adapter Protocol with a scripted client: what VS Code asks, in its order."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest
from dap_client import ROOT, Editor

FIB = str(ROOT / "programs" / "fib.s")


@pytest.fixture
def editor() -> Iterator[Editor]:
    client = Editor()
    yield client
    client.close()


def test_a_session(editor: Editor) -> None:
    """Breakpoint on a line, stack, registers, steps both ways, memory, the console, the end."""
    editor.launched("programs/fib.s", stopOnEntry=True)
    spot = editor.ask("setBreakpoints", source={"path": FIB}, breakpoints=[{"line": 29}, {"line": 9999}])["breakpoints"]
    assert [row["verified"] for row in spot] == [True, False]
    editor.ask("configurationDone")
    assert editor.event("stopped")["reason"] == "entry"
    assert editor.top()["line"] == 12
    editor.ask("continue", threadId=1)
    assert editor.event("stopped")["hitBreakpointIds"] == [spot[0]["id"]]
    frames = editor.ask("stackTrace", threadId=1)["stackFrames"]
    assert [frame["name"] for frame in frames] == ["fib", "_start"]
    assert frames[0]["line"] == 29 and frames[0]["source"]["path"] == FIB
    scopes = {row["name"]: row["variablesReference"] for row in editor.ask("scopes", frameId=frames[0]["id"])["scopes"]}
    registers = {
        row["name"]: row for row in editor.ask("variables", variablesReference=scopes["Registers"])["variables"]
    }
    assert int(registers["a0"]["value"], 16) == 45
    editor.ask("setVariable", variablesReference=scopes["Registers"], name="a0", value="2")
    assert editor.ask("evaluate", expression="$a0 + 1", context="watch")["result"].startswith("3 ")
    editor.ask("next", threadId=1)
    assert editor.event("stopped")["reason"] == "step"
    assert editor.top()["line"] == 30
    editor.ask("stepBack", threadId=1)
    editor.event("stopped")
    assert editor.top()["line"] == 29
    assert "PGD" in editor.ask("evaluate", expression="walk $sp", context="repl")["result"]


def test_memory_and_disassembly(editor: Editor) -> None:
    editor.launched("programs/fib.s", stopOnEntry=True)
    editor.ask("configurationDone")
    editor.event("stopped")
    pc = editor.top()["instructionPointerReference"]
    rows = editor.ask("disassemble", memoryReference=pc, instructionCount=6, instructionOffset=-2)["instructions"]
    assert len(rows) == 6 and rows[2]["address"] == pc and rows[2]["instruction"] == "li s0, 45"
    sp = editor.ask("evaluate", expression="$sp", context="watch")["result"].split("= ")[1]
    data = base64.b64encode(b"\1\2\3\4").decode()
    assert editor.ask("writeMemory", memoryReference=sp, data=data)["bytesWritten"] == 4
    assert editor.ask("readMemory", memoryReference=sp, count=4)["data"] == data
    assert editor.ask("readMemory", memoryReference="0x0", count=4)["unreadableBytes"] == 4


def test_the_end_and_back(editor: Editor) -> None:
    """stayAtEnd: after the crash the editor can still step back."""
    editor.launched("programs/null_deref.s", stayAtEnd=True)
    editor.ask("setExceptionBreakpoints", filters=["signal"])
    editor.ask("configurationDone")
    assert editor.event("stopped")["reason"] == "exception"
    assert editor.top()["line"] == 16
    editor.ask("continue", threadId=1)
    assert "139" in editor.event("stopped")["text"]
    editor.ask("reverseContinue", threadId=1)
    editor.event("stopped")
    assert editor.top()["line"] in (13, 16)


def test_guest_output_and_exit_code(editor: Editor) -> None:
    editor.launched("programs/hello.s")
    editor.ask("configurationDone")
    assert editor.event("exited")["exitCode"] == 0
    editor.event("terminated")
    assert editor.output("stdout") == "hello, world\n"


def test_pause(editor: Editor) -> None:
    editor.launched("programs/spin.s")
    editor.ask("configurationDone")
    editor.ask("pause", threadId=1)
    assert editor.event("stopped")["reason"] == "pause"


def test_c_variables(editor: Editor, tmp_path) -> None:
    """Locals with their members, of code compiled with -g."""
    source = tmp_path / "points.c"
    source.write_text(
        "struct point { int x, y; };\n"
        "int sum(struct point *p) {\n"
        "    int total = p->x + p->y;\n"
        "    return total;\n"
        "}\n"
        "int main(void) {\n"
        "    struct point here = {3, 4};\n"
        "    return sum(&here) - 7;\n"
        "}\n"
    )
    editor.launched(str(source), stopOnEntry=True)
    editor.ask("setBreakpoints", source={"path": str(source)}, breakpoints=[{"line": 4}])
    editor.ask("configurationDone")
    editor.event("stopped")
    editor.ask("continue", threadId=1)
    assert editor.event("stopped")["reason"] == "breakpoint"
    frames = editor.ask("stackTrace", threadId=1)["stackFrames"]
    assert [frame["name"] for frame in frames][:2] == ["sum", "main"]
    found = editor.ask("scopes", frameId=frames[0]["id"])["scopes"][0]
    rows = {
        row["name"]: row for row in editor.ask("variables", variablesReference=found["variablesReference"])["variables"]
    }
    assert rows["total"]["value"] == "7"
    target = editor.ask("variables", variablesReference=rows["p"]["variablesReference"])["variables"][0]
    members = editor.ask("variables", variablesReference=target["variablesReference"])["variables"]
    assert [(row["name"], row["value"]) for row in members] == [("x", "3"), ("y", "4")]


def test_members_and_conditions(editor: Editor) -> None:
    """Members are set, watched and opened from a watch expression; bad conditions and hit counts are told at once."""
    editor.launched(str(ROOT / "tests" / "debug" / "kinds.c"), stopOnEntry=True)
    wanted = [{"name": "plain", "condition": "1 +"}, {"name": "plain", "hitCondition": "%2"}, {"name": "plain"}]
    spots = editor.ask("setFunctionBreakpoints", breakpoints=wanted)["breakpoints"]
    assert [spot["verified"] for spot in spots] == [False, False, True]
    editor.ask("configurationDone")
    editor.event("stopped")
    editor.ask("continue", threadId=1)
    assert editor.event("stopped")["reason"] == "breakpoint"
    frame = editor.top()["id"]
    item = editor.ask("evaluate", expression="items[1]", context="watch", frameId=frame)
    assert item["type"] == "item_t" and "weight = 2.5" in item["result"]
    inside = item["variablesReference"]
    rows = {row["name"]: row for row in editor.ask("variables", variablesReference=inside)["variables"]}
    assert (rows["high"]["value"], rows["high"]["type"]) == ("-3", "int : 5")
    assert editor.ask("setVariable", variablesReference=inside, name="high", value="4")["value"] == "4"
    assert editor.ask("setVariable", variablesReference=inside, name="weight", value="1.25")["value"] == "1.25"
    assert editor.ask("evaluate", expression="items[1].low", context="hover")["result"] == "5"
    assert editor.ask("dataBreakpointInfo", variablesReference=inside, name="weight")["dataId"].endswith(",8")
    assert editor.ask("completions", text="print tot", column=10)["targets"][0]["label"] == "total"
    assert "malformed" in editor.refused("setBreakpoints", source={"path": 5})


def test_the_console_moves(editor: Editor) -> None:
    """What a line of the debug console moved or changed, the editor is told."""
    editor.ask("initialize", adapterID="emu", supportsInvalidatedEvent=True)
    editor.ask("launch", program="programs/fib.s", stopOnEntry=True)
    editor.ask("configurationDone")
    editor.event("stopped")
    number = editor.ask("setFunctionBreakpoints", breakpoints=[{"name": "fib"}])["breakpoints"][0]["id"]
    for line, reason in (("continue", "breakpoint"), ("stepi 3", "step"), ("back 2", "step"), ("goto tick 5", "goto")):
        assert editor.ask("evaluate", expression=line, context="repl")["result"]
        body = editor.event("stopped")
        assert (body["reason"], body.get("hitBreakpointIds")) == (reason, [number] if line == "continue" else None)
    editor.ask("evaluate", expression="set $a0 = 3", context="repl")
    assert "variables" in editor.event("invalidated")["areas"]
    editor.ask("evaluate", expression="print $a0", context="repl")
    assert editor.ask("threads")["threads"]
    assert not [each for each in editor.events if each["event"] in ("stopped", "invalidated")]


def test_what_goes_wrong_is_said(editor: Editor) -> None:
    """Refusals have messages for people; nothing ends the conversation."""
    editor.ask("initialize", adapterID="emu")
    assert "nothing was launched" in editor.refused("threads")
    assert "program" in editor.refused("launch")
    assert "no-such-file.s" in editor.refused("launch", program="no-such-file.s")
    assert "did you mean 'preset'" in editor.refused("launch", program=FIB, prest="toy")
    assert "no request" in editor.refused("fly")
    editor.raw(b"Content-Length: 3\r\n\r\n{{{")
    editor.ask("launch", program="programs/fib.s", stopOnEntry=True)
    assert editor.refused("variables", variablesReference=77)
    assert editor.refused("setBreakpoints")
    assert "'nowhere' is no address" in editor.refused("readMemory", memoryReference="nowhere", count=1)
    assert "count must be a whole number" in editor.refused("readMemory", memoryReference="0x10100", count="many")
    assert "no thread 99" in editor.refused("stackTrace", threadId=99)
    assert "no thread 99" in editor.refused("next", threadId=99)
    assert "no frame 50" in editor.refused("scopes", frameId=1 << 12 | 50)
    spot = editor.ask("setDataBreakpoints", breakpoints=[{"dataId": "x"}])["breakpoints"][0]
    assert not spot["verified"] and "no dataId" in spot["message"]
