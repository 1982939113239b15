"""Source packages from registries: an address, a checksum, and a folder in the user's cache to unpack them in."""

from __future__ import annotations

import hashlib
import tarfile
import tempfile
import time
import urllib.request
from http.client import HTTPException
from io import BufferedIOBase, BytesIO
from pathlib import Path
from typing import NamedTuple
from urllib.error import HTTPError
from urllib.parse import urlsplit

from emu.cachedir import cache_root
from emu.errors import EmuError

PYPI = "https://files.pythonhosted.org/packages"
DEBIAN = "http://deb.debian.org/debian/pool/main"
AR_MAGIC, AR_HEADER = b"!<arch>\n", 60
PATIENCE = 10  # seconds without an answer
LONGEST = 60  # seconds for a package


class Source(NamedTuple):
    """A package; `inside` is the folder of it that is wanted."""

    url: str
    sha256: str
    inside: str = ""


SILENT: set[str] = set()  # hosts that did not answer: they are not asked again
SOURCES = {
    "lua": Source(
        f"{PYPI}/c3/a6/0f869fbb07c393f15473b1eefefb7b5bec162fb7481803d040ed4dc46002/lupa-2.8.tar.gz",
        "d8022641b9ec8ecf2c5ecbe9f47e5a70e0b87c4b5ae921b92cb02a638e0acd08",
        "lupa-2.8/third-party/lua54",
    ),
    "sqlite": Source(
        f"{PYPI}/ec/61/5332f923ec20c0b3ae9b3cf05731049bd4d17714dce1dbbc69129264664e/sqlean_py-3.50.4.5.tar.gz",
        "9764b565e7ab430ab6e9e43cb2816199c2b39926dffc93c212a52f0019278459",
        "sqlean_py-3.50.4.5/sqlite",
    ),
    "zlib": Source(
        f"{DEBIAN}/z/zlib/zlib_1.2.13.dfsg.orig.tar.bz2",
        "71feb7947e3c00ef125f83b79a4e529bde31171e5babe48b391f06758d1ab0a1",
        "zlib-1.2.13.dfsg",
    ),
    "cjson": Source(
        f"{DEBIAN}/c/cjson/cjson_1.7.15.orig.tar.gz",
        "5308fd4bd90cef7aa060558514de6a1a4a0819974a26e6ed13973c5f624c24b2",
        "cJSON-1.7.15",
    ),
    "tcc": Source(
        f"{DEBIAN}/t/tcc/tcc_0.9.27+git20200814.62c30a4a.orig.tar.bz2",
        "d63c113bcdd657f51c8ee197a0b0a24203603313e19a52b5f678d40ab7f5df35",
    ),
    "busybox-riscv64": Source(
        f"{DEBIAN}/b/busybox/busybox-static_1.37.0-6+b9_riscv64.deb",
        "4add476d2b185c5b487c285b38d790f0881a7e4a8e2ddde835f917e770eb8633",
    ),
    "busybox-amd64": Source(
        f"{DEBIAN}/b/busybox/busybox-static_1.37.0-6+b9_amd64.deb",
        "598a3fd92bdafc34cd81196b2952ad36e910e47a4ecf162f8ce5e8e262598e53",
    ),
    "bash-riscv64": Source(
        f"{DEBIAN}/b/bash/bash-static_5.2.37-2+b10_riscv64.deb",
        "ff8de6539fb71827fb004de8b0907906ba9862bb66f2c8e11d599326489bf0ac",
    ),
    "bash-amd64": Source(
        f"{DEBIAN}/b/bash/bash-static_5.2.37-2+b10_amd64.deb",
        "a8dfc61a50e70cdf2b790dcd9e1c45e2e42f396988e7fed1c45b1444df932953",
    ),
}


def fetch(name: str) -> Path:
    """The folder with a package's sources, fetched and unpacked if it isn't there. EmuError when it can't be had."""
    source = SOURCES[name]
    folder = cache_root() / "corpus" / f"{name}-{source.sha256[:12]}"
    if not (folder / "complete").exists():
        install(source, folder)
    return folder / source.inside


def install(source: Source, folder: Path) -> None:
    """Unpack a package beside the folder, then rename: nobody sees half of it, and who comes second finds it there."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as fresh:
        unpack(download(source), Path(fresh, "package"))
        Path(fresh, "package", "complete").touch()
        try:
            Path(fresh, "package").rename(folder)
        except OSError:
            if not (folder / "complete").exists():
                raise


def download(source: Source) -> bytes:
    """The package's bytes, of the right checksum. EmuError."""
    try:
        data = answer_of(source.url)
    except (OSError, ValueError, HTTPException) as error:
        raise EmuError(f"{source.url} can't be fetched: {error}", hint="is there a network?") from None
    found = hashlib.sha256(data).hexdigest()
    if found != source.sha256:
        raise EmuError(f"{source.url} has the checksum {found}, not {source.sha256}", hint="has it been replaced?")
    return data


def answer_of(url: str) -> bytes:
    """What a server says; one that did not answer is not asked again."""
    host = urlsplit(url).netloc
    if host in SILENT:
        raise TimeoutError(f"{host} did not answer before")
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
            return received(answer)
    except HTTPError:
        raise
    except OSError:
        SILENT.add(host)
        raise


def received(answer: BufferedIOBase) -> bytes:
    """All of it, in pieces: who sends a byte now and then is not waited for. TimeoutError."""
    data, end = bytearray(), time.monotonic() + LONGEST
    while piece := answer.read1(1 << 16):
        data += piece
        if time.monotonic() > end:
            raise TimeoutError(f"it takes longer than {LONGEST} seconds")
    return bytes(data)


def unpack(data: bytes, folder: Path) -> None:
    """A tar file of any compression, or a .deb that holds one; nothing leaves the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    data = contents_of_deb(data) if data.startswith(AR_MAGIC) else data
    with tarfile.open(fileobj=BytesIO(data)) as archive:
        archive.extraction_filter = getattr(tarfile, "data_filter", None)  # Python 3.11.4 and later know it
        archive.extractall(folder)


def contents_of_deb(data: bytes) -> bytes:
    """The member data.tar.* of a Debian package, which is an ar archive."""
    at = len(AR_MAGIC)
    while header := data[at : at + AR_HEADER]:
        size = int(header[48:58])
        if header.startswith(b"data.tar"):
            return data[at + AR_HEADER :][:size]
        at += AR_HEADER + size + size % 2
    raise EmuError("a Debian package without contents")
