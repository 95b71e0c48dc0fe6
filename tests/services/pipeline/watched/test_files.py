"""Which files are whole after some looks: by law, and one case at a time."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from models.values.watching import FileMark, FolderLook, WaitingFile
from services.pipeline.watched import WatchedFiles

A = "/in"


def mark(name: str, size: int = 5, at: int = 1) -> FileMark:
    return FileMark(f"{A}/{name}", size, at)


def look(*marks: FileMark, fault: str = "") -> FolderLook:
    return FolderLook(A, marks, fault=fault)


def test_a_file_is_whole_at_its_second_like_look_and_only_until_it_is_dealt_with() -> None:
    files = WatchedFiles([A])
    files.take([look(mark("x"))])
    assert files.whole == () and files.restless
    files.take([look(mark("x"), mark("y"))])
    assert files.whole == (mark("x"),) and files.restless
    files.dealt_with([mark("x")], ())
    files.take([look(mark("x"), mark("y"))])
    assert files.whole == (mark("y"),) and not files.restless


def test_a_file_that_grows_is_waited_for_and_comes_again_after_it_was_dealt_with() -> None:
    files = WatchedFiles([A])
    for size in (1, 2, 3):
        files.take([look(mark("x", size))])
        assert files.whole == () and files.restless
    files.take([look(mark("x", 3))])
    files.dealt_with([mark("x", 3)], ())
    assert files.whole == ()
    files.take([look(mark("x", 9, 2))])
    files.take([look(mark("x", 9, 2))])
    assert files.whole == (mark("x", 9, 2),)


def test_what_waits_is_told_once_and_gone_with_its_file() -> None:
    files = WatchedFiles([A])
    files.take([look(mark("x"))])
    files.take([look(mark("x"))])
    waiting = WaitingFile(mark("x"), "Which?")
    assert files.dealt_with((), [waiting]) == (waiting,)
    assert files.dealt_with((), [waiting]) == ()
    assert files.whole == () and files.states()[0].waiting == (waiting,)
    files.ask_again()
    assert files.whole == (mark("x"),) and files.waiting == (waiting,), "shown until it is decided again"
    assert files.dealt_with((), [waiting]) == () and files.whole == ()
    other = WaitingFile(mark("x"), "Which now?")
    files.ask_again()
    assert files.dealt_with((), [other]) == (other,)
    files.take([look()])
    assert files.waiting == ()


def test_what_waited_and_is_done_waits_no_more() -> None:
    files = WatchedFiles([A])
    files.take([look(mark("x"))])
    files.take([look(mark("x"))])
    files.dealt_with((), [WaitingFile(mark("x"), "Which?")])
    files.ask_again()
    files.dealt_with([mark("x")], ())
    assert (files.waiting, files.whole) == ((), ())
    files.ask_again()
    assert files.whole == (mark("x"),)


def test_a_folder_that_does_not_answer_keeps_its_files_and_takes_none_until_two_looks_saw_them() -> None:
    files = WatchedFiles([A])
    files.take([look(mark("x"))])
    files.take([look(fault="gone")])
    state = files.states()[0]
    assert (state.fault, state.files, files.whole, files.restless) == ("gone", 1, (), False)
    files.take([look(mark("x"))])
    assert files.whole == () and files.states()[0].fault == ""
    files.take([look(mark("x"))])
    assert files.whole == (mark("x"),)


def test_fresh_is_what_only_the_last_look_showed() -> None:
    files = WatchedFiles([A])
    files.take([look(mark("old"))])
    assert files.fresh == (), "at the first look everything is new, and nothing has just landed"
    files.take([look(mark("old"), mark("new"), mark("empty", 0))])
    assert files.fresh == (mark("new"),)
    files.take([look(mark("old"), mark("new", 9), mark("empty", 3))])
    assert files.fresh == (), "what grows is no new file"
    files.take([look(mark("old"), mark("new", 9), mark("next"))])
    files.dealt_with([mark("next")], ())
    assert files.fresh == ()


def test_a_folder_that_is_watched_no_more_is_forgotten() -> None:
    files = WatchedFiles([A])
    files.take([look(mark("x"))])
    files.watch(["/other"])
    files.take([look(mark("x"))])
    assert [state.folder for state in files.states()] == ["/other"] and not files.states()[0].looked
    assert files.whole == ()


MARKS = st.builds(mark, st.sampled_from("abc"), st.integers(0, 2), st.integers(1, 2))
GONE = look(fault="gone")
LOOKS = st.lists(
    st.one_of(
        st.lists(MARKS, max_size=3, unique_by=lambda one: one.path).map(lambda m: look(*m)), st.just(look(fault="x"))
    ),
    max_size=12,
)


@settings(max_examples=150)
@given(LOOKS)
def test_whole_is_exactly_what_the_last_two_looks_showed_alike(looks: list[FolderLook]) -> None:
    files = WatchedFiles([A])
    for one in looks:
        files.take([one])
    alike: set[FileMark] = set()
    if len(looks) >= 2 and not (looks[-1].fault or looks[-2].fault):
        alike = {one for one in looks[-1].marks if one.size and one in looks[-2].marks}
    assert set(files.whole) == alike
