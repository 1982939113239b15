"""Images of memory that share pages."""

from __future__ import annotations

import random

import numpy as np
import pytest

from emu.debug.engine.pages import WORDS, Full, Pool, Region


def test_random_histories():
    """Copies taken and put back in any order, with any pages changed between, hold what they held."""
    rng = random.Random(1)
    pool = Pool(4 << 20)
    live = np.zeros(40 * WORDS + 7, np.uint64)
    region = Region(pool, live)
    used = np.zeros(40, bool)
    kept = []
    for _ in range(600):
        dice = rng.random()
        if dice < 0.5:
            page = rng.randrange(40)
            used[page] = True
            live[page * WORDS + rng.randrange(WORDS)] = rng.getrandbits(64)
            live[40 * WORDS + rng.randrange(7)] = rng.getrandbits(64)
        elif dice < 0.75:
            region.use(used)
            kept.append((region.take(), live.copy()))
        elif kept and dice < 0.95:
            region.use(used)
            image, contents = rng.choice(kept)
            assert set(region.differences(image)) == {
                p for p in range(40) if (live[p * WORDS :][:WORDS] != contents[p * WORDS :][:WORDS]).any()
            }
            region.put(image)
            assert (live == contents).all()
        elif kept:
            kept.pop(rng.randrange(len(kept)))
        for image, contents in kept[:2]:
            page = rng.randrange(40)
            assert (region.page(image, page) == contents[page * WORDS :][:WORDS]).all()
    kept.clear()
    del image
    region.put(Region(pool, live.copy()).base)
    assert pool.used <= 41


def test_full():
    """No room: Full, and what was there is unharmed."""
    pool = Pool(10 << 12)
    live = np.zeros(20 * WORDS, np.uint64)
    region = Region(pool, live)
    region.use_first(20)
    live[: 5 * WORDS] = 1
    image = region.take()
    live[:] = 2
    with pytest.raises(Full):
        region.take()
    live[:] = 3
    region.put(image)
    assert (live[: 5 * WORDS] == 1).all()
    assert not live[5 * WORDS :].any()
