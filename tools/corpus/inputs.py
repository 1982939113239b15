"""What the programs are given: texts, tables, archives, a thousand SQL statements. The same bytes every time."""

from __future__ import annotations

import gzip
import io
import random
import zipfile
from pathlib import Path

from emu.asm import Source, assemble_object
from emu.asm.elf.objectfile import write_object

FILES = Path(__file__).parent / "files"
STATEMENTS = 1000
WORDS = ("machine memory page table walk cache line store load branch fault kernel signal thread socket file").split()


def text(name: str) -> bytes:
    """A file of files/."""
    return (FILES / name).read_bytes()


def poem() -> bytes:
    """Words that compress well, but not too well."""
    rng = random.Random(1)
    lines = (" ".join(rng.choices(WORDS, k=rng.randrange(3, 9))) for _ in range(1500))
    return "\n".join(lines).encode() + b"\n"


def table() -> bytes:
    """Numbers, and bytes that don't compress."""
    rng = random.Random(2)
    return b"".join(b"%d,%d\n" % (n, n * n % 9973) for n in range(2000)) + rng.randbytes(3000)


def compressed(data: bytes) -> bytes:
    """A gzip file made by Python."""
    return gzip.compress(data, mtime=0)


def archive() -> bytes:
    """A zip file made by Python."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in (("poem", poem()), ("table", table())):
            target.writestr(zipfile.ZipInfo(name, (2020, 2, 29, 12, 30, 0)), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def start_object() -> bytes:
    """The few instructions that a program without a C library begins with, assembled by emu."""
    name = FILES / "start.s"
    return write_object(assemble_object(Source(name.name, name.read_text()), xlen=64))


def thousand_statements() -> str:
    """SQL that makes, fills, changes and asks a database: exactly STATEMENTS statements."""
    rng = random.Random(3)
    head = [
        "PRAGMA journal_mode = DELETE",
        "CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT NOT NULL, price REAL, stock INTEGER CHECK (stock >= 0))",
        "CREATE TABLE sale (id INTEGER PRIMARY KEY, item REFERENCES item, amount INTEGER, day TEXT)",
        "CREATE INDEX sale_item ON sale (item, day)",
        "CREATE VIEW turnover AS SELECT name, sum(amount * price) AS total FROM sale JOIN item ON item.id = sale.item "
        "GROUP BY name",
        "CREATE TRIGGER sold AFTER INSERT ON sale BEGIN "
        "UPDATE item SET stock = stock - new.amount WHERE id = new.item; END",
    ]
    items = [
        f"INSERT INTO item VALUES ({n}, '{rng.choice(WORDS)} {n}', "
        f"{rng.randrange(1, 9999) / 100}, {rng.randrange(500, 999)})"
        for n in range(1, 101)
    ]
    tail = ["PRAGMA integrity_check", "SELECT count(*), sum(stock), round(sum(price), 2) FROM item", "VACUUM"]
    work = [statement(rng) for _ in range(STATEMENTS - len(head) - len(items) - len(tail) - 2)]
    every = [*head, "BEGIN", *items, "COMMIT", *work, *tail]
    assert len(every) == STATEMENTS
    return ";\n".join(every) + ";\n"


def statement(rng: random.Random) -> str:
    """One of the statements that a shop makes."""
    item, amount, day = (
        rng.randrange(1, 101),
        rng.randrange(1, 4),
        f"2024-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}",
    )
    return rng.choices(
        (
            f"INSERT INTO sale (item, amount, day) VALUES ({item}, {amount}, '{day}')",
            f"UPDATE item SET price = round(price * 1.0{amount}, 2) WHERE id = {item}",
            f"SELECT name, stock FROM item WHERE id BETWEEN {item} AND {item + 2}",
            f"SELECT day, sum(amount) FROM sale WHERE item = {item} GROUP BY day ORDER BY 2 DESC, 1 LIMIT 3",
            f"DELETE FROM sale WHERE item = {item} AND day < '{day}' AND amount = {amount}",
            "SELECT name, printf('%.2f', total) FROM turnover ORDER BY total DESC, name LIMIT 3",
            f"INSERT INTO item VALUES ({item}, 'twice', 1, 1)",
        ),
        weights=(60, 10, 10, 8, 6, 4, 2),
    )[0]
