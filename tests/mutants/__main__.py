"""Draw small changes of core and engine, and see which of them no test notices.

Run by `scripts/test --mutants N [--seed S]`.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from itertools import islice
from pathlib import Path
import random
import sys
import time
import tomllib
from typing import Final

from .atlas import Atlas, source_files
from .changes import Change, changes_of
from .trial import HOME_ASSISTANT, End, Trials, trials

ROOT: Final = Path(__file__).parents[2]
SAME: Final = Path(__file__).with_name("equivalent.toml")
AIM: Final = 0.05
"""The part of the changes that may go unnoticed."""
FIRST: Final = 25.0
"""Seconds of tests that are tried at first; most changes are noticed by them."""


@dataclass(frozen=True, slots=True)
class Same:
    """A line that does the same when it is changed, and why; `becomes` narrows it down."""

    line: str
    why: str
    becomes: str | None = None

    def fits(self, change: Change) -> bool:
        """Return whether it is about this change."""
        before, after = change.lines()
        return before == self.line and self.becomes in {None, after}


@dataclass(slots=True)
class Tried:
    """One change, and how far it came."""

    change: Change
    tests: list[str]
    """Those that were not run yet."""
    batch: dict[str, float] = field(default_factory=dict)
    """Those that run now, with their seconds."""
    suspect: str | None = None
    """Noticed it once. It has to do so again: on a busy machine a test may fail by chance."""
    end: End = End.PASSED
    who: str = "nobody"
    began: float = 0.0

    def begin(self, atlas: Atlas, limit: float) -> dict[str, float]:
        """Return the tests to run now."""
        if self.suspect is None:
            seconds = limit if self.batch else FIRST
            self.batch = share(self.tests, atlas, seconds)
            return self.batch
        return {self.suspect: atlas.seconds(self.suspect)}

    def follow(self, end: End, who: str) -> bool:
        """Take note of how that ended; whether there is more to be run."""
        suspect, self.suspect = self.suspect, None
        if end is End.NOTICED and suspect is None and who in self.batch:
            names = list(self.batch)
            self.tests[:0] = names[names.index(who) + 1 :]
            self.suspect = who
            return True
        if end is not End.PASSED:
            self.end, self.who = end, who
            return False
        return bool(self.tests)


def drawn(seed: int, pattern: str) -> Iterator[Change]:
    """Yield changes in a random order, without those that change nothing."""
    same = [Same(**row) for row in tomllib.loads(SAME.read_text())["same"]]
    found = [
        change
        for path in source_files(ROOT)
        if fnmatch(path.relative_to(ROOT).as_posix(), pattern)
        for change in changes_of(path)
    ]
    random.Random(seed).shuffle(found)
    return (
        change
        for change in found
        if change.is_program() and not any(each.fits(change) for each in same)
    )


def share(tests: list[str], atlas: Atlas, seconds: float) -> dict[str, float]:
    """Take tests from the front of the list, as many as go into the time; at least one."""
    taken: dict[str, float] = {}
    while tests and (not taken or sum(taken.values()) + atlas.seconds(tests[0]) <= seconds):
        test = tests.pop(0)
        taken[test] = atlas.seconds(test)
    return taken


def try_all(changes: list[Change], atlas: Atlas, running: Trials, limit: float) -> Iterator[Tried]:
    """Try changes, as many at once as there are copies; yield each once its fate is known."""
    waiting = iter(changes)
    under_way: dict[int, Tried] = {}
    while True:
        for copy in running.idle:
            for change in waiting:
                tried = Tried(change, within(atlas.ranked(change, ROOT), atlas, limit))
                tried.began = time.monotonic()
                if not tried.tests:
                    yield tried
                    continue
                copy.apply(change, ROOT)
                running.begin(copy, tried.begin(atlas, limit))
                under_way[id(copy)] = tried
                break
        if not under_way:
            return
        copy, end, who = running.wait()
        tried = under_way[id(copy)]
        if tried.follow(end, who):
            running.begin(copy, tried.begin(atlas, limit))
            continue
        del under_way[id(copy)]
        copy.undo(tried.change, ROOT)
        yield tried


def check(atlas: Atlas, running: Trials) -> None:
    """Raise unless tests pass while nothing is changed: what fails then notices nothing."""
    tests = list(atlas.tests)
    chosen = random.Random(0).sample(tests, min(40, len(tests)))
    running.begin(running.idle[0], share(chosen, atlas, FIRST))
    copy, end, who = running.wait()
    if end is not End.PASSED:
        raise RuntimeError(f"without any change: {end} {who}\n{copy.output.read_text()[-3000:]}")


def within(tests: list[str], atlas: Atlas, limit: float) -> list[str]:
    """Return the tests that go into the time."""
    return list(share(list(tests), atlas, limit))


def main() -> int:
    """Draw, try, and tell."""
    parser = argparse.ArgumentParser(prog="scripts/test --mutants", description=__doc__)
    parser.add_argument("count", type=int, help="how many changes")
    parser.add_argument("--seed", type=int, default=0, help="another seed, other changes")
    parser.add_argument("--workers", type=int, default=2, help="how many at a time")
    parser.add_argument("--limit", type=float, default=300, help="seconds of tests per change")
    parser.add_argument("--file", default="*", help="only files like this")
    parser.add_argument("--list", action="store_true", help="show the changes, try nothing")
    given = parser.parse_args()
    changes = list(islice(drawn(given.seed, given.file), given.count))
    if given.list:
        for change in changes:
            print(f"{where(change)} {change.kind}\n{change.diff()}\n")
        return 0
    kept = ROOT / ".cache" / "mutants.json"
    atlas = Atlas.load(kept)
    atlas.update(ROOT, given.workers)
    atlas.save(kept)
    unnoticed: list[Tried] = []
    with trials(HOME_ASSISTANT, ROOT, given.workers) as running:
        check(atlas, running)
        for done, tried in enumerate(try_all(changes, atlas, running, given.limit), 1):
            change, took = tried.change, time.monotonic() - tried.began
            told = f"{done}/{len(changes)} {where(change)} {change.kind}: {tried.end}"
            if tried.end is End.PASSED:
                unnoticed.append(tried)
                told = f"{told} ({took:.0f} s)\n{change.diff()}\n"
            else:
                told = f"{told} by {tried.who} ({took:.0f} s)"
            if tried.who in atlas.tests:
                seen = atlas.noticed.setdefault(change.file.relative_to(ROOT).as_posix(), {})
                seen[tried.who] = seen.get(tried.who, 0) + 1
            print(told, flush=True)
    atlas.save(kept)
    for tried in unnoticed:
        print(f"\nunnoticed: {where(tried.change)} {tried.change.kind}\n{tried.change.diff()}")
    print(f"\n{len(changes)} mutants, {len(unnoticed)} unnoticed")
    return int(len(unnoticed) > AIM * len(changes))


def where(change: Change) -> str:
    """Return file and line of a change, as an editor opens them."""
    return f"{change.file.relative_to(ROOT)}:{change.line}"


if __name__ == "__main__":
    sys.exit(main())
