"""The index in a folder: its writing process, its merges, and what happens when it is damaged."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from enterprise_social.search.engine import IndexUnavailable
from enterprise_social.search.whoosh_engine import merging
from enterprise_social.search.whoosh_engine.backend import WhooshEngine
from enterprise_social.search.whoosh_engine.process import WriterProcess
from tests.search.engines import ask, document, ids


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def engine(root: Path) -> Iterator[WhooshEngine]:
    made = WhooshEngine(root)
    yield made
    made.close()


def children() -> list[psutil.Process]:
    return [
        child
        for child in psutil.Process().children()
        if any("child.py" in part for part in child.cmdline())
    ]


def segments(root: Path) -> list[Path]:
    return sorted(root.glob("posts-*/*.seg"))


@pytest.mark.parametrize("harm", ["folder", "pointer", "contents", "segment", "byte", "version"])
def test_a_damaged_index_is_noticed_and_can_be_rebuilt(
    root: Path, engine: WhooshEngine, harm: str
) -> None:
    engine.rebuild([document(n, f"sturdy post {n}") for n in range(200)])
    (folder,) = root.glob("posts-*")
    if harm == "folder":
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()
    elif harm == "pointer":
        (root / "current").write_text("{")
    elif harm == "version":
        (root / "current").write_text(f'{{"folder": "{folder.name}", "version": 0}}')
    elif harm == "contents":
        next(folder.glob("*.toc")).write_bytes(b"\x00" * 40)
    elif harm == "segment":
        segments(root)[0].unlink()
    else:
        file = segments(root)[0]
        held = bytearray(file.read_bytes())
        held[len(held) // 2] ^= 0xFF
        file.write_bytes(held)
    reader = WhooshEngine(root)
    status = reader.status()
    assert not status.ready
    assert status.reason
    with pytest.raises(IndexUnavailable):
        ask(reader, "sturdy")
    reader.rebuild([document(n, f"sturdy post {n}") for n in range(200)])
    assert ask(reader, "sturdy").total == 200
    reader.index([document(999, "sturdy again")])
    assert ask(reader, "sturdy").total == 201
    reader.close()


def test_posts_of_the_time_of_a_rebuild_are_in_the_new_index(engine: WhooshEngine) -> None:
    def documents() -> Iterator[object]:
        yield document(1, "early")
        engine.index([document(2, "meanwhile"), document(1, "early but edited", changed_seq=9)])
        engine.remove([3])
        yield document(3, "removed meanwhile")

    engine.rebuild(documents())  # type: ignore[arg-type]
    assert ids(ask(engine, "meanwhile")) == [2]
    assert ids(ask(engine, "edited")) == [1]
    assert ids(ask(engine, "removed")) == []


def test_a_killed_writing_process_is_replaced_and_nothing_is_lost(engine: WhooshEngine) -> None:
    engine.index([document(1, "before the crash")])
    (child,) = children()
    child.send_signal(signal.SIGKILL)
    child.wait(5)
    engine.index([document(2, "after the crash")])
    assert set(ids(ask(engine, "crash"))) == {1, 2}


def test_a_process_killed_in_the_middle_of_a_commit_leaves_a_whole_index(
    root: Path, engine: WhooshEngine
) -> None:
    engine.rebuild([document(n, "cargo") for n in range(50)])
    for round_number in range(4):
        batch = [document(1000 + round_number * 500 + n, "cargo " * 20) for n in range(300)]
        writer = threading.Thread(target=engine.index, args=(batch,))
        engine.index([document(5000 + round_number, "wake")])
        (child,) = children()
        writer.start()
        time.sleep(0.01 + 0.03 * round_number)
        child.send_signal(signal.SIGKILL)
        writer.join(30)
        fresh = WhooshEngine(root)
        assert fresh.status().ready
        fresh.close()
    assert ask(engine, "cargo").total == 50 + 4 * 300


def test_the_writing_process_doesnt_load_the_application_and_stays_small(
    engine: WhooshEngine,
) -> None:
    engine.index([document(1, "small")])
    (child,) = children()
    mapped = " ".join(entry.path for entry in child.memory_maps())
    assert "sqlalchemy" not in mapped.lower()
    assert child.memory_full_info().pss < 45_000_000


def test_the_writing_process_ends_when_idle_and_comes_back(
    monkeypatch: pytest.MonkeyPatch, engine: WhooshEngine
) -> None:
    monkeypatch.setenv("SEARCH_WRITER_IDLE_SECONDS", "0.2")
    engine.index([document(1, "first")])
    (child,) = children()
    child.wait(10)
    engine.index([document(2, "second")])
    assert set(ids(ask(engine, "first OR second"))) == {1, 2}


def test_the_writing_process_ends_with_its_parent(tmp_path: Path) -> None:
    program = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from enterprise_social.search.whoosh_engine.process import WriterProcess\n"
        "writer = WriterProcess()\n"
        "writer.create(Path(sys.argv[1]))\n"
        "print(writer._running[0].pid, flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "x")],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        check=False,
    )
    number = int(done.stdout)
    try:
        psutil.Process(number).wait(10)
    except psutil.NoSuchProcess:
        return
    assert not psutil.pid_exists(number)


def test_forgetting_the_writer_leaves_no_process_behind(tmp_path: Path) -> None:
    writer = WriterProcess()
    writer.create(tmp_path / "x")
    assert children()
    del writer
    assert not children()


def test_a_refused_commit_is_told_in_words(tmp_path: Path) -> None:
    writer = WriterProcess()
    with pytest.raises(IndexUnavailable, match="Error"):
        writer.apply(tmp_path / "nowhere", [document(1, "x")])
    writer.close()


def test_many_threads_search_while_posts_are_written(engine: WhooshEngine) -> None:
    engine.rebuild([document(n, f"busy harbour {n % 7}") for n in range(500)])
    failures: list[Exception] = []
    stop = threading.Event()

    def search() -> None:
        while not stop.is_set():
            try:
                assert ask(engine, "busy harbour").total >= 500
                ask(engine, f'"busy harbour {time.monotonic_ns() % 7}" har*', sort="newest")
            except Exception as error:  # noqa: BLE001 - told to the test's own thread
                failures.append(error)
                return

    threads = [threading.Thread(target=search) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(25):
        engine.index([document(1000 + number, "busy harbour")])
    stop.set()
    for thread in threads:
        thread.join()
    assert not failures
    assert ask(engine, "harbour").total == 525


def test_single_posts_are_gathered_and_big_segments_left_alone(
    root: Path, engine: WhooshEngine
) -> None:
    engine.rebuild([document(n, "old") for n in range(2_000)])
    (big,) = segments(root)
    for number in range(40):
        engine.index([document(2_000 + number, f"new {number}")])
    assert big in segments(root)
    assert len(segments(root)) <= 1 + 2 * merging.FAN
    assert ask(engine, "new").total == 40


def test_the_folders_are_private_and_old_ones_cleared_away(
    root: Path, engine: WhooshEngine
) -> None:
    for _ in range(3):
        engine.rebuild([document(1, "x")])
    (folder,) = root.glob("posts-*")
    assert folder.stat().st_mode & 0o077 == 0
    assert root.stat().st_mode & 0o077 == 0


def test_another_process_rebuilding_is_followed(root: Path, engine: WhooshEngine) -> None:
    engine.rebuild([document(1, "one")])
    assert ask(engine, "one").total == 1
    other = WhooshEngine(root)
    other.rebuild([document(2, "two")])
    assert (ask(engine, "one").total, ask(engine, "two").total) == (0, 1)
    engine.index([document(3, "three")])
    assert ask(other, "three").total == 1
    other.close()


def test_out_of_time_a_search_answers_with_what_it_has(engine: WhooshEngine) -> None:
    engine.rebuild([document(n, "slow") for n in range(100)])
    hits = ask(engine, "slow", seconds=0.0)
    assert not hits.complete


# When segments become one.


def test_a_few_small_segments_stay() -> None:
    assert merging.choose([50] * 6, [0] * 6, 50) == set()


def test_the_eighth_small_segment_gathers_the_others() -> None:
    assert merging.choose([3000] + [50] * 7, [0] * 8, 50) == set(range(1, 8))


def test_middle_segments_are_gathered_with_what_is_newer() -> None:
    assert merging.choose([5000] + [500] * 8 + [20] * 2, [0] * 11, 20) == set(range(1, 11))


def test_no_merge_passes_the_largest_size() -> None:
    sizes = [990] * 20
    chosen = merging.choose(sizes, [0] * 20, 500)
    assert sum(sizes[at] for at in chosen) + 500 <= merging.LARGEST


def test_a_segment_that_is_mostly_deleted_is_written_anew() -> None:
    assert merging.choose([7000, 6000], [4000, 100], 1) == {0}


def test_every_post_is_written_a_few_times_only() -> None:
    sizes: list[int] = []
    written = 0
    for _ in range(20_000):
        chosen = merging.choose(sizes, [0] * len(sizes), 1)
        size = 1 + sum(sizes[at] for at in chosen)
        written += size
        sizes = [one for at, one in enumerate(sizes) if at not in chosen] + [size]
    assert written / 20_000 < 12
    assert len(sizes) < 60
