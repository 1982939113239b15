"""The pickle of a kernel's objects: each is written on its own and names others by number.

It is written and read in memory only, never from a file.
"""

from __future__ import annotations

import io
import pickle
from typing import TYPE_CHECKING, Any

from emu.kernel.frozen import is_node

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel


def bindings(kernel: Kernel) -> dict[str, Any]:
    """What is not copied, by name."""
    found: dict[str, Any] = {
        name: getattr(kernel, name)
        for name in ("machine", "ram", "ram64", "ram32", "many64", "many32", "stdin", "stdout", "stderr", "options")
    }
    found |= {"machine.ram": kernel.machine.ram, "mem_map": kernel.pages.mem_map, "swap": kernel.swap.area}
    return found | {f"hart{number}": hart for number, hart in enumerate(kernel.harts)}


class Freezer(pickle.Pickler):
    """Writes nodes by number and queues them."""

    def __init__(self, file: io.BytesIO, kernel: Kernel) -> None:
        super().__init__(file, 5)
        self.names = {id(value): name for name, value in bindings(kernel).items()}
        self.numbers: dict[int, int] = {}
        self.queue: list[Any] = []
        self.shared: list[Any] = []

    def reducer_override(self, value: Any) -> Any:
        """pickle asks how an object is written."""
        name = self.names.get(id(value))
        if name is not None:
            return bound, (name,)
        kind = type(value)
        if not is_node(kind):
            return NotImplemented
        number = self.numbers.get(id(value))
        if number is None:
            number = self.numbers[id(value)] = len(self.queue)
            self.queue.append(value)
        return node, (number, kind)

    def share(self, value: Any) -> _Shared:
        """A stand-in for a value that copies have in common."""
        self.shared.append(value)
        return _Shared(len(self.shared) - 1)


class _Shared:
    """Stands for a shared value in a pickle."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __reduce__(self) -> Any:
        return shared, (self.number,)


def bound(name: str) -> Any:
    """In a pickle: what is bound to a name. Thawing puts its own function in the place of this one."""
    raise pickle.UnpicklingError(name)


def node(number: int, kind: type) -> Any:
    """In a pickle: the object of a number, made at its first mention. See `bound`."""
    raise pickle.UnpicklingError(number)


def shared(number: int) -> Any:
    """In a pickle: a value that copies have in common. See `bound`."""
    raise pickle.UnpicklingError(number)


class Thawer(pickle.Unpickler):
    """Reads what Freezer has written."""

    def __init__(self, data: bytes, count: int, values: tuple[Any, ...], names: dict[str, Any]) -> None:
        super().__init__(io.BytesIO(data))
        self.nodes: list[Any] = [None] * count
        self.own = {"bound": names.__getitem__, "node": self.node, "shared": values.__getitem__}

    def find_class(self, module: str, name: str) -> Any:
        """pickle asks for a class by name."""
        if module == __name__:
            return self.own[name]
        return super().find_class(module, name)

    def node(self, number: int, kind: type) -> Any:
        """The object of a number; its state comes later."""
        made = self.nodes[number]
        if made is None:
            made = self.nodes[number] = object.__new__(kind)
        return made
