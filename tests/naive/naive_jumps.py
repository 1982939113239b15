"""Branches and jumps, slowly, with the predictor of docs/timing.md."""

from __future__ import annotations

from naive_semantics import BRANCHES, unsigned

LINKS = (1, 5)


class Jumps:
    """The part of a NaiveHart that goes elsewhere."""

    def branch(self, name: str, o: dict[str, int]) -> None:
        go = BRANCHES[name](self.x[o["rs1"]], self.x[o["rs2"]], self.xlen)
        self.count("insn.branch")
        if self.machine.timed:
            k = unsigned(self.pc, 64) // 2 % 4096
            guess = self.branch_counters[k] >= 2
            self.branch_counters[k] = min(3, self.branch_counters[k] + 1) if go else max(0, self.branch_counters[k] - 1)
            self.guessed(guess == go)
        if go:
            self.taken(self.pc + o["imm"])

    def guessed(self, right: bool) -> None:
        if not right:
            self.count("insn.mispredict")
            self.charge("branch", self.cost("mispredict"))

    def taken(self, target: int) -> None:
        self.count("insn.taken")
        self.charge("branch", self.cost("taken"))
        self.after = self.wrap(target)

    def jump(self, name: str, o: dict[str, int]) -> None:
        rd, target = o["rd"], self.pc + o["imm"]
        if name == "jalr":
            rs1 = o["rs1"]
            target = self.wrap(self.x[rs1] + o["imm"] & ~1)
            if self.machine.timed and rs1 in LINKS and rd != rs1:
                self.guessed(self.returns[self.top % 16] == target)
                self.top -= 1
            elif self.machine.timed:
                k = unsigned(self.pc, 64) // 2 % 256
                self.guessed(self.targets.get(k) == (self.pc, target))
                self.targets[k] = self.pc, target
        if self.machine.timed and rd in LINKS:
            self.top += 1
            self.returns[self.top % 16] = self.next
        self.set(rd, self.next)
        self.taken(target)
