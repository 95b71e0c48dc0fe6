"""Which files are whole after some looks: by law, and one case at a time."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from models.values.watching import FileMark, FolderLook, WaitingFile
from services.sync.watch import Landings

A = "/in"


def mark(name: str, size: int = 5, at: int = 1) -> FileMark:
    return FileMark(f"{A}/{name}", size, at)


def look(*marks: FileMark, fault: str = "") -> FolderLook:
    return FolderLook(A, marks, fault=fault)


def test_a_file_is_whole_at_its_second_like_look_and_only_until_it_is_dealt_with() -> None:
    landings = Landings([A])
    landings.take([look(mark("x"))])
    assert landings.whole == () and landings.restless
    landings.take([look(mark("x"), mark("y"))])
    assert landings.whole == (mark("x"),) and landings.restless
    landings.dealt_with([mark("x")], ())
    landings.take([look(mark("x"), mark("y"))])
    assert landings.whole == (mark("y"),) and not landings.restless


def test_a_file_that_grows_is_waited_for_and_comes_again_after_it_was_dealt_with() -> None:
    landings = Landings([A])
    for size in (1, 2, 3):
        landings.take([look(mark("x", size))])
        assert landings.whole == () and landings.restless
    landings.take([look(mark("x", 3))])
    landings.dealt_with([mark("x", 3)], ())
    assert landings.whole == ()
    landings.take([look(mark("x", 9, 2))])
    landings.take([look(mark("x", 9, 2))])
    assert landings.whole == (mark("x", 9, 2),)


def test_what_waits_is_told_once_and_gone_with_its_file() -> None:
    landings = Landings([A])
    landings.take([look(mark("x"))])
    landings.take([look(mark("x"))])
    waiting = WaitingFile(mark("x"), "Which?")
    assert landings.dealt_with((), [waiting]) == (waiting,)
    assert landings.dealt_with((), [waiting]) == ()
    assert landings.whole == () and landings.states()[0].waiting == (waiting,)
    landings.ask_again()
    assert landings.whole == (mark("x"),) and landings.waiting == (waiting,), "shown until it is decided again"
    assert landings.dealt_with((), [waiting]) == () and landings.whole == ()
    other = WaitingFile(mark("x"), "Which now?")
    landings.ask_again()
    assert landings.dealt_with((), [other]) == (other,)
    landings.take([look()])
    assert landings.waiting == ()


def test_what_waited_and_is_done_waits_no_more() -> None:
    landings = Landings([A])
    landings.take([look(mark("x"))])
    landings.take([look(mark("x"))])
    landings.dealt_with((), [WaitingFile(mark("x"), "Which?")])
    landings.ask_again()
    landings.dealt_with([mark("x")], ())
    assert (landings.waiting, landings.whole) == ((), ())
    landings.ask_again()
    assert landings.whole == (mark("x"),)


def test_a_folder_that_does_not_answer_keeps_its_files_and_takes_none_until_two_looks_saw_them() -> None:
    landings = Landings([A])
    landings.take([look(mark("x"))])
    landings.take([look(fault="gone")])
    state = landings.states()[0]
    assert (state.fault, state.files, landings.whole, landings.restless) == ("gone", 1, (), False)
    landings.take([look(mark("x"))])
    assert landings.whole == () and landings.states()[0].fault == ""
    landings.take([look(mark("x"))])
    assert landings.whole == (mark("x"),)


def test_fresh_is_what_only_the_last_look_showed() -> None:
    landings = Landings([A])
    landings.take([look(mark("old"))])
    assert landings.fresh == (), "at the first look everything is new, and nothing has just landed"
    landings.take([look(mark("old"), mark("new"), mark("empty", 0))])
    assert landings.fresh == (mark("new"),)
    landings.take([look(mark("old"), mark("new", 9), mark("empty", 3))])
    assert landings.fresh == (), "what grows is no new file"
    landings.take([look(mark("old"), mark("new", 9), mark("next"))])
    landings.dealt_with([mark("next")], ())
    assert landings.fresh == ()


def test_a_folder_that_is_watched_no_more_is_forgotten() -> None:
    landings = Landings([A])
    landings.take([look(mark("x"))])
    landings.watch(["/other"])
    landings.take([look(mark("x"))])
    assert [state.folder for state in landings.states()] == ["/other"] and not landings.states()[0].looked
    assert landings.whole == ()


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
    landings = Landings([A])
    for one in looks:
        landings.take([one])
    alike: set[FileMark] = set()
    if len(looks) >= 2 and not (looks[-1].fault or looks[-2].fault):
        alike = {one for one in looks[-1].marks if one.size and one in looks[-2].marks}
    assert set(landings.whole) == alike
