"""The run loop: one hart, until a trap, a limit or a stop. Read this file last; docs/timing.md explains the model.

`ip` numbers a predecoded record (decode.py): one for each halfword of a code page, so pc = 2 * ip + bias while
execution stays in a page. The loop runs inside one line of code (timing off: one page), records low..end-1; leaving
it, by falling through or by a jump, goes to the *boundary*, where limits are checked and the next line is translated,
accessed and counted. Arms for compressed forms differ only in their step: a constant step is what lets the host
overlap instructions. Costs are kept in locals and written to the ledger when the loop is left. An arm that cannot
finish sets `slow`.
"""

from __future__ import annotations

import numpy as np

from emu.machine import counters as C
from emu.machine import host_float as F
from emu.machine import ops as O
from emu.machine.arith import (
    LOW32,
    MIN64,
    below,
    divide,
    divide_unsigned,
    remainder,
    remainder_unsigned,
    sext32,
    shift_right,
)
from emu.machine.cache import L1D, L1I
from emu.machine.decode import code_base
from emu.machine.fetch import fetch_cross, fetch_slow
from emu.machine.float_fast import boxed, ordinary_d, ordinary_s, word_to_double
from emu.machine.float_moves import SIGN_S
from emu.machine.float_table import THIRD
from emu.machine.float_unit import computes, float_cost, float_unit
from emu.machine.host import (
    load_i8,
    load_i16,
    load_i32,
    load_i64,
    load_u8,
    load_u16,
    load_u32,
    store_8,
    store_16,
    store_32,
    store_64,
)
from emu.machine.jit import hot, inlined
from emu.machine.ledger import LEDGER_BRANCH, LEDGER_ISSUE, LEDGER_L1D, LEDGER_L1I, LEDGER_STALL
from emu.machine.mmu import FAULT, WATCHED
from emu.machine.predict import jump_mispredicted, mispredicted, push_return
from emu.machine.slow import AGAIN, REFETCH, execute_slow
from emu.machine.softfloat import BOX
from emu.machine.state import FETCH_FILTER, NO_ADDRESS, SLOTS
from emu.machine.stops import STOP_BREAKPOINT, STOP_BUDGET, STOP_DEADLINE, STOP_EXTERNAL, STOP_TRAP, STOP_WATCHPOINT
from emu.machine.tlb import data_slot

FETCH_MASK = FETCH_FILTER - 1
NEVER_ENDS = np.int64((1 << 63) - 1)
LEAVE = np.int64(-(1 << 62))  # below any record's number, also that of a jump target before this page
SETTLED, INEXACT = 0xE1, 1  # of fcsr: frm and NX; rounding to nearest even, and NX is set: see float_fast.py
NO_LINE = 1  # no line of code has an odd address
NO_END = LEAVE + 1  # not where records end
NOWHERE = np.int64(-(1 << 63))  # as the end of the records to run: leave, though a far jump may have made ip negative


@inlined
def stamp(m, timed, f, tick):
    """A hit by the filter: the TLB entry and the cache line are the most recently used now."""
    m.tlb[f.tlb].used = tick
    if timed:
        m.line_used[f.line] = tick


@inlined
def reason_of(status):
    """Why the run ends, for what a slow path returned."""
    return STOP_TRAP if status == FAULT else STOP_WATCHPOINT if status == WATCHED else STOP_BREAKPOINT


@inlined
def narrow(m, pc):
    """RV32: an address that arithmetic has carried out of 32 bits, sign-extended again."""
    return sext32(pc) if m.xlen == 32 else pc


@inlined
def spent(m, timed, cycles, wrong, jumped, accesses, fetches):
    """Cycles since the clock was last written, but for what the hart's record has: see `settle`."""
    if timed:
        cycles += wrong * m.cost_mispredict + jumped * m.cost_taken
        cycles += accesses * m.cache[L1D].latency + fetches * m.cache[L1I].latency
    return cycles


@hot
def settle(m, h, n, stall, wrong, taken, jumps, loads, stores, fetches):
    """Write what the loop kept in locals to counters, ledger and clock."""
    h.instret += n
    h.count[C.INSN_RETIRED] += n
    h.count[C.INSN_LOAD] += loads
    h.count[C.INSN_STORE] += stores
    h.count[C.INSN_TAKEN] += taken + jumps
    h.count[C.INSN_MISPREDICT] += wrong
    if h.levels:
        h.count[C.DTLB_ACCESS] += loads + stores
        h.count[C.ITLB_ACCESS] += fetches
    h.ledger[LEDGER_ISSUE] += n
    h.clock += n + h.extra
    h.extra = 0
    h.cycles = 0
    h.local_instret = 0
    if m.timed:
        h.count[C.L1D_ACCESS] += loads + stores
        h.count[C.L1I_ACCESS] += fetches
        bubbles = wrong * m.cost_mispredict + (taken + jumps) * m.cost_taken
        l1d = (loads + stores) * m.cache[L1D].latency
        l1i = fetches * m.cache[L1I].latency
        h.ledger[LEDGER_STALL] += stall
        h.ledger[LEDGER_BRANCH] += bubbles
        h.ledger[LEDGER_L1D] += l1d
        h.ledger[LEDGER_L1I] += l1i
        h.clock += stall + bubbles + l1d + l1i


@hot
def keep_turn(m, h, line, home, checked):
    """A stop that the guest must not notice: remember whose turn it is, which line it has entered (the record `home`
    is in its page), and whether this instruction has had its look at the clock.
    """
    m.turn = h.id + 1
    m.turn_pc = h.pc
    m.turn_line = line
    m.turn_page = m.code_page[home // SLOTS]
    m.turn_checked = checked


@inlined
def run_hart(m, h, timed, max_n, until, resume):
    """Run one hart for at most max_n instructions or until its clock reaches `until`. Returns a STOP_ reason.

    The clock is compared where a line of code is entered, after jumps and after the slow path. resume: go on with a
    turn that was interrupted elsewhere, as if it had not been (`keep_turn`).
    """
    x = h.x
    n = np.int64(0)
    stall = np.int64(0)
    wrong = np.int64(0)
    taken = np.int64(0)
    branches = np.int64(0)
    jumps = np.int64(0)
    loads = np.int64(0)
    stores = np.int64(0)
    fetches = np.int64(0)
    soft = np.int64(0)
    low = np.int64(0)
    end = np.int64(NOWHERE)
    forced = np.int64(NO_END)  # the end of the records to run, where the budget has put it
    ip = np.int64(0)
    home = np.int64(0)  # a record in the page of the current line
    bias = np.int64(h.pc)
    current = np.int64(NO_LINE)
    base_tick = np.int64(h.tick)
    shift = np.int64(m.line_shift if timed else 12)
    line = -(np.int64(1) << shift)
    halves = np.int64(1) << (shift - 1)
    timed_limit = until != NEVER_ENDS
    reason = np.int64(STOP_BUDGET)
    if resume:
        if m.turn_line == h.pc & line:
            ip = code_base(m, m.turn_page) + ((h.pc & 4095) >> 1)
            home = ip
            bias = h.pc - (ip << 1)
            current = h.pc & line
        if m.turn_checked:
            forced = end
    while True:
        if ip >= end:  # ------------------------------------------------------------------------------ the boundary
            pc = narrow(m, (ip << 1) + bias)
            if n >= soft:
                if n >= max_n:
                    reason = STOP_BUDGET
                    break
                if m.stop:
                    reason = STOP_EXTERNAL
                    break
                if not timed_limit:
                    soft = max_n - halves
                elif end != forced or pc & line != current or (ip & (SLOTS - 1) == SLOTS - 1 and forced != NOWHERE):
                    left = until - h.clock - h.extra
                    left -= spent(m, timed, n + stall, wrong, taken + jumps, loads + stores, fetches)
                    if left <= 0:
                        reason = STOP_DEADLINE
                        break
                    soft = n + left // m.cost_most  # no fewer instructions can reach it without the slow path
                    soft = min(soft, max_n - halves)
            if pc & line != current:
                f = h.fhit[(pc >> shift) & FETCH_MASK]
                if pc & line == f.tag:
                    stamp(m, timed, f, base_tick + n)
                    ip = (pc >> 1) + f.delta
                    fetches += 1
                else:
                    h.pc = pc
                    h.tick = base_tick + n
                    h.local_instret = n
                    h.cycles = spent(m, timed, n + stall, wrong, taken + jumps, loads + stores, fetches)
                    ip = fetch_slow(m, h, pc)
                    base_tick = h.tick - n
                    soft = min(soft, n) if timed_limit else soft  # that took time
                    if ip < 0:
                        reason = reason_of(ip)
                        bias = pc
                        ip = np.int64(0)
                        break
                    if m.caught:
                        max_n = min(max_n, n + 1)
                        soft = min(soft, n)
                bias = pc - (ip << 1)
                current = pc & line
                home = ip
            low = ip - ((pc & ~line) >> 1)
            end = low + halves
            if end & (SLOTS - 1) == 0:  # the page's last halfword may begin an instruction that crosses
                if ip == end - 1:
                    h.pc = pc
                    h.tick = base_tick + n
                    h.local_instret = n
                    h.cycles = spent(m, timed, n + stall, wrong, taken + jumps, loads + stores, fetches)
                    status = fetch_cross(m, h, pc, ip)
                    if status:
                        reason = reason_of(status)
                        break
                    if m.caught:
                        max_n = min(max_n, n + 1)
                        soft = min(soft, n)
                    base_tick = h.tick - n
                    low = end  # whatever follows is fetched anew, this one too if a jump leads back to it
                else:
                    end -= 1
            if max_n - n < halves:
                end = ip + 1
                forced = end
        r = m.code[np.uint64(ip)]  # unsigned: no test for a negative index
        n += 1
        slow = 0
        match r.op:
            case O.LD:
                va = x[r.rs1] + r.imm
                f = h.dhit[data_slot(va >> shift)]
                if va & (line | 7) == f.rtag:
                    stamp(m, timed, f, base_tick + n)
                    x[r.rd] = load_i64(va + f.delta)
                    loads += 1
                    stall += r.rs2
                    ip += 2
                else:
                    slow = 2
            case O.C_LD:
                va = x[r.rs1] + r.imm
                f = h.dhit[data_slot(va >> shift)]
                if va & (line | 7) == f.rtag:
                    stamp(m, timed, f, base_tick + n)
                    x[r.rd] = load_i64(va + f.delta)
                    loads += 1
                    stall += r.rs2
                    ip += 1
                else:
                    slow = 1
            case O.LW:
                va = x[r.rs1] + r.imm
                f = h.dhit[data_slot(va >> shift)]
                if va & (line | 3) == f.rtag:
                    stamp(m, timed, f, base_tick + n)
                    x[r.rd] = load_i32(va + f.delta)
                    loads += 1
                    stall += r.rs2
                    ip += 2
                else:
                    slow = 2
            case O.C_LW:
                va = x[r.rs1] + r.imm
                f = h.dhit[data_slot(va >> shift)]
                if va & (line | 3) == f.rtag:
                    stamp(m, timed, f, base_tick + n)
                    x[r.rd] = load_i32(va + f.delta)
                    loads += 1
                    stall += r.rs2
                    ip += 1
                else:
                    slow = 1
            case O.FLW:
                va = x[r.rs1] + r.imm
                f = h.dhit[data_slot(va >> shift)]
                if va & (line | 3) == f.rtag:
                    stamp(m, timed, f, base_tick + n)
                    x[r.rd] = load_u32(va + f.delta) | BOX
                    loads += 1
                    stall += r.rs2
                    ip += 2
                else:
                    slow = 2
            case O.C_FLW:
                va = x[r.rs1] + r.imm
                f = h.dhit[data_slot(va >> shift)]
                if va & (line | 3) == f.rtag:
                    stamp(m, timed, f, base_tick + n)
                    x[r.rd] = load_u32(va + f.delta) | BOX
                    loads += 1
                    stall += r.rs2
                    ip += 1
                else:
                    slow = 1
            case O.LBU:
                va = x[r.rs1] + r.imm
                f = h.dhit[data_slot(va >> shift)]
                if va & (line | 0) == f.rtag:
                    stamp(m, timed, f, base_tick + n)
                    x[r.rd] = load_u8(va + f.delta)
                    loads += 1
                    stall += r.rs2
                    ip += 2
                else:
                    slow = 2
            case O.LB:
                va = x[r.rs1] + r.imm
                f = h.dhit[data_slot(va >> shift)]
                if va & (line | 0) == f.rtag:
                    stamp(m, timed, f, base_tick + n)
                    x[r.rd] = load_i8(va + f.delta)
                    loads += 1
                    stall += r.rs2
                    ip += 2
                else:
                    slow = 2
            case O.LHU:
                va = x[r.rs1] + r.imm
                f = h.dhit[data_slot(va >> shift)]
                if va & (line | 1) == f.rtag:
                    stamp(m, timed, f, base_tick + n)
                    x[r.rd] = load_u16(va + f.delta)
                    loads += 1
                    stall += r.rs2
                    ip += 2
                else:
                    slow = 2
            case O.LH:
                va = x[r.rs1] + r.imm
                f = h.dhit[data_slot(va >> shift)]
                if va & (line | 1) == f.rtag:
                    stamp(m, timed, f, base_tick + n)
                    x[r.rd] = load_i16(va + f.delta)
                    loads += 1
                    stall += r.rs2
                    ip += 2
                else:
                    slow = 2
            case O.LWU:
                va = x[r.rs1] + r.imm
                f = h.dhit[data_slot(va >> shift)]
                if va & (line | 3) == f.rtag:
                    stamp(m, timed, f, base_tick + n)
                    x[r.rd] = load_u32(va + f.delta)
                    loads += 1
                    stall += r.rs2
                    ip += 2
                else:
                    slow = 2
            case O.SD:
                va = x[r.rs1] + r.imm
                f = h.dhit[data_slot(va >> shift)]
                if va & (line | 7) == f.wtag:
                    stamp(m, timed, f, base_tick + n)
                    store_64(va + f.delta, x[r.rs2])
                    stores += 1
                    ip += 2
                else:
                    slow = 2
            case O.C_SD:
                va = x[r.rs1] + r.imm
                f = h.dhit[data_slot(va >> shift)]
                if va & (line | 7) == f.wtag:
                    stamp(m, timed, f, base_tick + n)
                    store_64(va + f.delta, x[r.rs2])
                    stores += 1
                    ip += 1
                else:
                    slow = 1
            case O.SW:
                va = x[r.rs1] + r.imm
                f = h.dhit[data_slot(va >> shift)]
                if va & (line | 3) == f.wtag:
                    stamp(m, timed, f, base_tick + n)
                    store_32(va + f.delta, x[r.rs2])
                    stores += 1
                    ip += 2
                else:
                    slow = 2
            case O.C_SW:
                va = x[r.rs1] + r.imm
                f = h.dhit[data_slot(va >> shift)]
                if va & (line | 3) == f.wtag:
                    stamp(m, timed, f, base_tick + n)
                    store_32(va + f.delta, x[r.rs2])
                    stores += 1
                    ip += 1
                else:
                    slow = 1
            case O.SB:
                va = x[r.rs1] + r.imm
                f = h.dhit[data_slot(va >> shift)]
                if va & (line | 0) == f.wtag:
                    stamp(m, timed, f, base_tick + n)
                    store_8(va + f.delta, x[r.rs2])
                    stores += 1
                    ip += 2
                else:
                    slow = 2
            case O.SH:
                va = x[r.rs1] + r.imm
                f = h.dhit[data_slot(va >> shift)]
                if va & (line | 1) == f.wtag:
                    stamp(m, timed, f, base_tick + n)
                    store_16(va + f.delta, x[r.rs2])
                    stores += 1
                    ip += 2
                else:
                    slow = 2
            case O.ADDI:
                x[r.rd] = x[r.rs1] + r.imm
                ip += 2
            case O.C_ADDI:
                x[r.rd] = x[r.rs1] + r.imm
                ip += 1
            case O.ADD:
                x[r.rd] = x[r.rs1] + x[r.rs2]
                ip += 2
            case O.C_ADD:
                x[r.rd] = x[r.rs1] + x[r.rs2]
                ip += 1
            case O.ADDIW:
                x[r.rd] = sext32(x[r.rs1] + r.imm)
                ip += 2
            case O.C_ADDIW:
                x[r.rd] = sext32(x[r.rs1] + r.imm)
                ip += 1
            case O.ADDW:
                x[r.rd] = sext32(x[r.rs1] + x[r.rs2])
                ip += 2
            case O.C_ADDW:
                x[r.rd] = sext32(x[r.rs1] + x[r.rs2])
                ip += 1
            case O.SUB:
                x[r.rd] = x[r.rs1] - x[r.rs2]
                ip += 2
            case O.C_SUB:
                x[r.rd] = x[r.rs1] - x[r.rs2]
                ip += 1
            case O.SUBW:
                x[r.rd] = sext32(x[r.rs1] - x[r.rs2])
                ip += 2
            case O.C_SUBW:
                x[r.rd] = sext32(x[r.rs1] - x[r.rs2])
                ip += 1
            case O.SLLI:
                x[r.rd] = x[r.rs1] << r.imm
                ip += 2
            case O.C_SLLI:
                x[r.rd] = x[r.rs1] << r.imm
                ip += 1
            case O.SRLI:
                x[r.rd] = shift_right(x[r.rs1], r.imm)
                ip += 2
            case O.C_SRLI:
                x[r.rd] = shift_right(x[r.rs1], r.imm)
                ip += 1
            case O.SRAI:
                x[r.rd] = x[r.rs1] >> r.imm
                ip += 2
            case O.C_SRAI:
                x[r.rd] = x[r.rs1] >> r.imm
                ip += 1
            case O.SLLIW:
                x[r.rd] = sext32(x[r.rs1] << r.imm)
                ip += 2
            case O.C_SLLIW:
                x[r.rd] = sext32(x[r.rs1] << r.imm)
                ip += 1
            case O.SRLIW:
                x[r.rd] = sext32((x[r.rs1] & LOW32) >> r.imm)
                ip += 2
            case O.C_SRLIW:
                x[r.rd] = sext32((x[r.rs1] & LOW32) >> r.imm)
                ip += 1
            case O.SRAIW:
                x[r.rd] = sext32(x[r.rs1]) >> r.imm
                ip += 2
            case O.C_SRAIW:
                x[r.rd] = sext32(x[r.rs1]) >> r.imm
                ip += 1
            case O.ANDI:
                x[r.rd] = x[r.rs1] & r.imm
                ip += 2
            case O.C_ANDI:
                x[r.rd] = x[r.rs1] & r.imm
                ip += 1
            case O.AND:
                x[r.rd] = x[r.rs1] & x[r.rs2]
                ip += 2
            case O.C_AND:
                x[r.rd] = x[r.rs1] & x[r.rs2]
                ip += 1
            case O.OR:
                x[r.rd] = x[r.rs1] | x[r.rs2]
                ip += 2
            case O.C_OR:
                x[r.rd] = x[r.rs1] | x[r.rs2]
                ip += 1
            case O.XOR:
                x[r.rd] = x[r.rs1] ^ x[r.rs2]
                ip += 2
            case O.C_XOR:
                x[r.rd] = x[r.rs1] ^ x[r.rs2]
                ip += 1
            case O.ORI:
                x[r.rd] = x[r.rs1] | r.imm
                ip += 2
            case O.XORI:
                x[r.rd] = x[r.rs1] ^ r.imm
                ip += 2
            case O.SLTI:
                x[r.rd] = 1 if x[r.rs1] < r.imm else 0
                ip += 2
            case O.SLTIU:
                x[r.rd] = 1 if below(x[r.rs1], r.imm) else 0
                ip += 2
            case O.SLT:
                x[r.rd] = 1 if x[r.rs1] < x[r.rs2] else 0
                ip += 2
            case O.SLTU:
                x[r.rd] = 1 if below(x[r.rs1], x[r.rs2]) else 0
                ip += 2
            case O.SLL:
                x[r.rd] = x[r.rs1] << (x[r.rs2] & 63)
                ip += 2
            case O.SRL:
                x[r.rd] = shift_right(x[r.rs1], x[r.rs2] & 63)
                ip += 2
            case O.SRA:
                x[r.rd] = x[r.rs1] >> (x[r.rs2] & 63)
                ip += 2
            case O.SLLW:
                x[r.rd] = sext32(x[r.rs1] << (x[r.rs2] & 31))
                ip += 2
            case O.SRLW:
                x[r.rd] = sext32((x[r.rs1] & LOW32) >> (x[r.rs2] & 31))
                ip += 2
            case O.SRAW:
                x[r.rd] = sext32(x[r.rs1]) >> (x[r.rs2] & 31)
                ip += 2
            case O.LUI:
                x[r.rd] = np.int64(r.imm)
                ip += 2
            case O.C_LUI:
                x[r.rd] = np.int64(r.imm)
                ip += 1
            case O.MUL:
                x[r.rd] = x[r.rs1] * x[r.rs2]
                stall += r.imm
                ip += 2
            case O.MULW:
                x[r.rd] = sext32(x[r.rs1] * x[r.rs2])
                stall += r.imm
                ip += 2
            case O.DIV:
                x[r.rd] = divide(x[r.rs1], x[r.rs2])
                stall += r.imm
                ip += 2
            case O.DIVU:
                x[r.rd] = divide_unsigned(x[r.rs1], x[r.rs2])
                stall += r.imm
                ip += 2
            case O.REM:
                x[r.rd] = remainder(x[r.rs1], x[r.rs2])
                stall += r.imm
                ip += 2
            case O.REMU:
                x[r.rd] = remainder_unsigned(x[r.rs1], x[r.rs2])
                stall += r.imm
                ip += 2
            case O.DIVW:
                x[r.rd] = sext32(divide(sext32(x[r.rs1]), sext32(x[r.rs2])))
                stall += r.imm
                ip += 2
            case O.DIVUW:
                x[r.rd] = sext32(divide_unsigned(x[r.rs1] & LOW32, x[r.rs2] & LOW32))
                stall += r.imm
                ip += 2
            case O.REMW:
                x[r.rd] = sext32(remainder(sext32(x[r.rs1]), sext32(x[r.rs2])))
                stall += r.imm
                ip += 2
            case O.REMUW:
                x[r.rd] = sext32(remainder_unsigned(x[r.rs1] & LOW32, x[r.rs2] & LOW32))
                stall += r.imm
                ip += 2
            case O.BEQ:
                go = x[r.rs1] == x[r.rs2]
                branches += 1
                if timed:
                    wrong += mispredicted(h, (ip << 1) + bias, go)
                if go:
                    taken += 1
                    ip += r.imm
                    if ip < low or ip >= end or n >= soft:
                        end = LEAVE
                else:
                    ip += 2
            case O.C_BEQ:
                go = x[r.rs1] == x[r.rs2]
                branches += 1
                if timed:
                    wrong += mispredicted(h, (ip << 1) + bias, go)
                if go:
                    taken += 1
                    ip += r.imm
                    if ip < low or ip >= end or n >= soft:
                        end = LEAVE
                else:
                    ip += 1
            case O.BNE:
                go = x[r.rs1] != x[r.rs2]
                branches += 1
                if timed:
                    wrong += mispredicted(h, (ip << 1) + bias, go)
                if go:
                    taken += 1
                    ip += r.imm
                    if ip < low or ip >= end or n >= soft:
                        end = LEAVE
                else:
                    ip += 2
            case O.C_BNE:
                go = x[r.rs1] != x[r.rs2]
                branches += 1
                if timed:
                    wrong += mispredicted(h, (ip << 1) + bias, go)
                if go:
                    taken += 1
                    ip += r.imm
                    if ip < low or ip >= end or n >= soft:
                        end = LEAVE
                else:
                    ip += 1
            case O.BLT:
                go = x[r.rs1] < x[r.rs2]
                branches += 1
                if timed:
                    wrong += mispredicted(h, (ip << 1) + bias, go)
                if go:
                    taken += 1
                    ip += r.imm
                    if ip < low or ip >= end or n >= soft:
                        end = LEAVE
                else:
                    ip += 2
            case O.BGE:
                go = x[r.rs1] >= x[r.rs2]
                branches += 1
                if timed:
                    wrong += mispredicted(h, (ip << 1) + bias, go)
                if go:
                    taken += 1
                    ip += r.imm
                    if ip < low or ip >= end or n >= soft:
                        end = LEAVE
                else:
                    ip += 2
            case O.BLTU:
                go = below(x[r.rs1], x[r.rs2])
                branches += 1
                if timed:
                    wrong += mispredicted(h, (ip << 1) + bias, go)
                if go:
                    taken += 1
                    ip += r.imm
                    if ip < low or ip >= end or n >= soft:
                        end = LEAVE
                else:
                    ip += 2
            case O.BGEU:
                go = not below(x[r.rs1], x[r.rs2])
                branches += 1
                if timed:
                    wrong += mispredicted(h, (ip << 1) + bias, go)
                if go:
                    taken += 1
                    ip += r.imm
                    if ip < low or ip >= end or n >= soft:
                        end = LEAVE
                else:
                    ip += 2
            case O.JAL:
                pc = (ip << 1) + bias
                link = narrow(m, pc + 4)
                x[r.rd] = link
                if timed and (r.rd == 1 or r.rd == 5):
                    push_return(h, link)
                jumps += 1
                ip += r.imm
                if ip < low or ip >= end or n >= soft:
                    end = LEAVE
            case O.C_JAL:
                pc = (ip << 1) + bias
                link = narrow(m, pc + 2)
                x[r.rd] = link
                if timed and (r.rd == 1 or r.rd == 5):
                    push_return(h, link)
                jumps += 1
                ip += r.imm
                if ip < low or ip >= end or n >= soft:
                    end = LEAVE
            case O.JALR:
                pc = (ip << 1) + bias
                target = narrow(m, x[r.rs1] + r.imm) & -2
                link = narrow(m, pc + 4)
                if timed:
                    wrong += jump_mispredicted(h, pc, target, r.rd, r.rs1)
                    if r.rd == 1 or r.rd == 5:
                        push_return(h, link)
                x[r.rd] = link
                jumps += 1
                ip = (target - bias) >> 1
                end = LEAVE
            case O.C_JALR:
                pc = (ip << 1) + bias
                target = narrow(m, x[r.rs1] + r.imm) & -2
                link = narrow(m, pc + 2)
                if timed:
                    wrong += jump_mispredicted(h, pc, target, r.rd, r.rs1)
                    if r.rd == 1 or r.rd == 5:
                        push_return(h, link)
                x[r.rd] = link
                jumps += 1
                ip = (target - bias) >> 1
                end = LEAVE
            case O.FADD_D:
                imm = np.int64(r.imm)
                a = x[r.rs1]
                b = x[r.rs2]
                v = F.d_add(a, b ^ (imm & MIN64))
                if h.fcsr & SETTLED == INEXACT and ordinary_d(v):
                    x[r.rd] = v
                else:
                    slow = float_unit(h, r)
                if not slow:
                    h.count[C.INSN_FP] += 1
                    stall += m.cost_fp_add
                    ip += 2
            case O.FMUL_D:
                imm = np.int64(r.imm)
                a = x[r.rs1]
                b = x[r.rs2]
                v = F.d_mul(a, b)
                if h.fcsr & SETTLED == INEXACT and ordinary_d(v):
                    x[r.rd] = v
                else:
                    slow = float_unit(h, r)
                if not slow:
                    h.count[C.INSN_FP] += 1
                    stall += m.cost_fp_mul
                    ip += 2
            case O.FDIV_D:
                imm = np.int64(r.imm)
                a = x[r.rs1]
                b = x[r.rs2]
                v = F.d_div(a, b)
                if h.fcsr & SETTLED == INEXACT and ordinary_d(v):
                    x[r.rd] = v
                else:
                    slow = float_unit(h, r)
                if not slow:
                    h.count[C.INSN_FP] += 1
                    stall += m.cost_fp_div
                    ip += 2
            case O.FMA_D:
                imm = np.int64(r.imm)
                a = x[r.rs1]
                b = x[r.rs2]
                c = x[(imm >> THIRD) & 63]
                v = F.d_fma(a ^ (imm & MIN64), b, c ^ ((imm << 33) & MIN64))
                if F.HAS_FMA and h.fcsr & SETTLED == INEXACT and ordinary_d(v):
                    x[r.rd] = v
                else:
                    slow = float_unit(h, r)
                if not slow:
                    h.count[C.INSN_FP] += 1
                    stall += m.cost_fp_mul
                    ip += 2
            case O.FADD_S:
                imm = np.int64(r.imm)
                a = x[r.rs1]
                b = x[r.rs2]
                v = F.s_add(a, b ^ (imm & SIGN_S))
                if h.fcsr & SETTLED == INEXACT and ordinary_s(v) and boxed(a, b):
                    x[r.rd] = v
                else:
                    slow = float_unit(h, r)
                if not slow:
                    h.count[C.INSN_FP] += 1
                    stall += m.cost_fp_add
                    ip += 2
            case O.FMUL_S:
                imm = np.int64(r.imm)
                a = x[r.rs1]
                b = x[r.rs2]
                v = F.s_mul(a, b)
                if h.fcsr & SETTLED == INEXACT and ordinary_s(v) and boxed(a, b):
                    x[r.rd] = v
                else:
                    slow = float_unit(h, r)
                if not slow:
                    h.count[C.INSN_FP] += 1
                    stall += m.cost_fp_mul
                    ip += 2
            case O.FMA_S:
                imm = np.int64(r.imm)
                a = x[r.rs1]
                b = x[r.rs2]
                c = x[(imm >> THIRD) & 63]
                v = F.s_fma(a ^ (imm & SIGN_S), b, c ^ ((imm << 1) & SIGN_S))
                if F.HAS_FMA and h.fcsr & SETTLED == INEXACT and ordinary_s(v) and boxed(a & b, c):
                    x[r.rd] = v
                else:
                    slow = float_unit(h, r)
                if not slow:
                    h.count[C.INSN_FP] += 1
                    stall += m.cost_fp_mul
                    ip += 2
            case O.FCVT_D_W:
                if h.fcsr & SETTLED <= INEXACT:  # dynamic rounding is none that may be reserved
                    x[r.rd] = word_to_double(x[r.rs1])
                else:
                    slow = float_unit(h, r)
                if not slow:
                    h.count[C.INSN_FP] += 1
                    stall += m.cost_fp_add
                    ip += 2
            case O.FCMP_D:
                imm = np.int64(r.imm)
                a = x[r.rs1]
                b = x[r.rs2]
                if F.d_eq(a, a) & F.d_eq(b, b):  # no NaN
                    x[r.rd] = (F.d_lt(a, b) & (imm >> 9)) | (F.d_eq(a, b) & (imm >> 10))
                else:
                    float_unit(h, r)
                h.count[C.INSN_FP] += 1
                stall += m.cost_fp_add
                ip += 2
            case O.FCMP_S:
                imm = np.int64(r.imm)
                a = x[r.rs1]
                b = x[r.rs2]
                if boxed(a, b) and F.s_eq(a, a) & F.s_eq(b, b):
                    x[r.rd] = (F.s_lt(a, b) & (imm >> 9)) | (F.s_eq(a, b) & (imm >> 10))
                else:
                    float_unit(h, r)
                h.count[C.INSN_FP] += 1
                stall += m.cost_fp_add
                ip += 2
            case O.FSGNJ_D:
                a = x[r.rs1]
                imm = np.int64(r.imm)
                x[r.rd] = (a & ~MIN64) | ((x[r.rs2] ^ imm ^ (a & (imm << 33))) & MIN64)
                ip += 2
            case O.FSGNJ_S:
                a = x[r.rs1]
                b = x[r.rs2]
                imm = np.int64(r.imm)
                if boxed(a, b):
                    x[r.rd] = (a & ~SIGN_S) | ((b ^ imm ^ (a & (imm << 1))) & SIGN_S)
                else:
                    float_unit(h, r)
                ip += 2
            case O.FMV_W_X:
                x[r.rd] = x[r.rs1] | BOX
                ip += 2
            case O.FLOAT:
                slow = float_unit(h, r)
                if not slow:
                    h.count[C.INSN_FP] += computes(r.imm)
                    stall += float_cost(m, r.imm)
                    ip += 2
            case O.AUIPC:
                x[r.rd] = (ip << 1) + bias + r.imm
                ip += 2
            case O.AUIPC32:
                x[r.rd] = sext32((ip << 1) + bias + r.imm)
                ip += 2
            case _:
                slow = 2
        if slow:  # ------------------------------------------------------------------------------------ the slow path
            h.pc = (ip << 1) + bias
            h.tick = base_tick + n
            if m.event_mask or r.op > O.C_SD:  # somebody may look at the clock
                h.local_instret = n - 1
                h.cycles = spent(m, timed, n - 1 + stall, wrong, taken + jumps, loads + stores, fetches)
            before = h.extra
            status = execute_slow(m, h, ip)
            base_tick = h.tick - n
            if m.caught:
                max_n = n
                soft = n
            if status == 0:
                ip += slow
                hit = (m.cache[L1D].latency if timed else 0) + (r.rs2 if r.op <= O.C_LD else 0)
                if timed_limit and (r.op > O.C_SD or h.extra - before > hit):
                    end = LEAVE
                    soft = min(soft, n)  # that took time
                elif m.caught:
                    end = ip
                    forced = ip
            elif status == AGAIN:
                n -= 1
            elif status == REFETCH:
                ip += slow
                end = LEAVE
                soft = min(soft, n)
                current = np.int64(NO_LINE)
            else:
                n -= 1
                reason = reason_of(status)
                break
    h.pc = narrow(m, (ip << 1) + bias)
    h.tick = max(h.tick, base_tick + n) if reason == STOP_TRAP else base_tick + n  # a trap's accesses have happened
    if reason != STOP_TRAP and reason != STOP_DEADLINE and (n or resume or current != NO_LINE):
        at_check = end != forced or h.pc & line != current or (ip & (SLOTS - 1) == SLOTS - 1 and forced != NOWHERE)
        inside = (reason == STOP_BREAKPOINT or reason == STOP_WATCHPOINT) and m.ahead == NO_ADDRESS
        keep_turn(m, h, current, home, inside or not at_check)
    h.count[C.INSN_BRANCH] += branches
    settle(m, h, n, stall, wrong, taken, jumps, loads, stores, fetches)
    return reason
