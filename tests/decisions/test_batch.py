"""What a batch does next, and how it follows a rate limit."""

from __future__ import annotations

import pytest

from replicate._batch.pace import Pace
from replicate._batch.schedule import Created, Do, Done, Elsewhere, Failed, Schedule, TurnedAway


def limits(remaining, reset):
    return {"ratelimit-remaining": str(remaining), "ratelimit-reset": str(reset)}


def test_the_number_of_runs_falls_to_a_half_and_grows_by_one():
    pace = Pace(8, patience=5)
    assert pace.refused(0.0, 1.0, now=1.0)
    assert pace.limit == 4
    for _ in range(5):
        pace.accepted({}, now=3.0)
    assert 5 <= pace.limit < 5.2
    for _ in range(50):
        pace.accepted({}, now=4.0)
    assert pace.limit == 8


def test_refusals_of_one_round_count_once():
    pace = Pace(8, patience=2)
    for _ in range(7):
        assert pace.refused(0.0, 1.0, now=1.0)  # all were sent before the first of them came back
    assert pace.limit == 4
    assert pace.refused(2.0, 1.0, now=2.5)
    assert pace.limit == 2
    assert not pace.refused(4.0, 1.0, now=4.5)
    assert pace.limit == 1


def test_a_create_that_is_accepted_renews_the_patience():
    pace = Pace(1, patience=1)
    for time in range(10):
        assert pace.refused(2.0 * time, 0.5, now=2.0 * time + 1)
        pace.accepted({}, now=2.0 * time + 1.5)


@pytest.mark.parametrize(
    ("running", "now", "wait"), [(0, 0.0, 7.0), (1, 3.0, 4.0), (0, 7.0, 0.0), (4, 9.0, None)]
)
def test_nothing_is_created_before_the_time_that_the_api_names(running, now, wait):
    pace = Pace(8, patience=5)
    pace.refused(0.0, 7.0, now=0.0)
    assert pace.wait(running, now) == wait


def test_without_advice_the_pause_has_a_bound():
    pace = Pace(8, patience=5)
    pace.refused(0.0, None, now=0.0)
    assert pace.wait(0, 0.0) <= 0.25


@pytest.mark.parametrize(
    ("headers", "sent", "now", "wait"),
    [
        ({}, 1000, 0.0, 0.0),
        (limits(3, 10), 2, 0.0, 0.0),
        (limits(3, 10), 3, 0.0, 10.0),
        (limits(3, 10), 3, 10.0, 0.0),
        (limits(0, 10), 0, 4.0, 6.0),
        (limits("many", 10), 9, 0.0, 0.0),
        (limits("nan", "inf"), 9, 0.0, 0.0),
        (limits(0, 1795669168), 0, 0.0, 60.0),  # a point in time, as other APIs have it
    ],
)
def test_no_more_is_created_than_the_headers_allow(headers, sent, now, wait):
    pace = Pace(8, patience=5)
    pace.accepted(headers, now=0.0)
    for _ in range(sent):
        pace.sent()
    assert pace.wait(0, now) == wait


def test_headers_that_overtake_each_other():
    pace = Pace(8, patience=5)
    pace.accepted(limits(0, 10), now=0.0)
    pace.accepted(limits(1, 10), now=0.1)  # its answer was on the way for longer
    assert pace.wait(0, 1.0) > 0
    pace.accepted(limits(5, 10), now=20.0)
    assert pace.wait(0, 20.0) == 0


class Play:
    """A schedule, and the steps that it takes until it waits."""

    def __init__(self, inputs, concurrency=2, *, ordered=True, keeps_errors=False):
        self.schedule = Schedule(
            Pace(concurrency, patience=1), concurrency, ordered=ordered, keeps_errors=keeps_errors
        )
        self.inputs = iter(inputs)
        self.jobs = {}
        self.now = 0.0

    def steps(self):
        """Return what is started, handed out, and done in the end."""
        seen = []
        while True:
            step = self.schedule.next(self.now)
            if step.do is Do.READ:
                try:
                    self.schedule.read(next(self.inputs))
                except StopIteration:
                    self.schedule.is_exhausted = True
            elif step.do is Do.START:
                self.schedule.started(step.job, self.now)
                self.jobs[step.job.input] = step.job
                seen.append(f"start {step.job.input}")
            elif step.do is Do.GIVE:
                self.schedule.given(step.result)
                seen.append(f"give {step.result.job.input}")
                if isinstance(step.result, Failed):
                    return [*seen, "error"]
            else:
                return [*seen, step.do.name.lower()]

    def hear(self, kind, input, *more):
        self.schedule.heard(kind(self.jobs[input], *more), self.now)
        return self.steps()


def test_results_in_order():
    play = Play("abcde")
    assert play.steps() == ["start a", "start b", "wait"]
    assert play.hear(Done, "b", 1) == ["start c", "wait"]
    # Two results at most are kept for each run that may be under way.
    assert play.hear(Done, "c", 1) == ["start d", "wait"]
    assert play.hear(Done, "d", 1) == ["wait"]
    shown = play.hear(Done, "a", 1)
    assert shown == ["give a", "start e", "give b", "give c", "give d", "wait"]
    assert play.hear(Done, "e", 1) == ["give e", "end"]


def test_results_as_they_come():
    play = Play("abc", ordered=False)
    assert play.steps() == ["start a", "start b", "wait"]
    assert play.hear(Done, "b", 1) == ["start c", "give b", "wait"]
    assert play.hear(Done, "c", 1) == ["give c", "wait"]
    assert play.hear(Failed, "a", ValueError()) == ["give a", "error"]


def test_after_an_error_only_what_comes_before_it_is_started():
    play = Play("abcdef", concurrency=3)
    assert play.steps() == ["start a", "start b", "start c", "wait"]
    assert play.hear(Failed, "b", ValueError()) == ["wait"]
    assert play.hear(TurnedAway, "c", ValueError(), 0.0) == ["wait"]
    assert play.hear(TurnedAway, "a", ValueError(), 0.0) == ["start a", "wait"]
    assert play.hear(Done, "a", 1) == ["give a", "give b", "error"]


def test_the_first_error_in_order_is_the_one_of_the_first_input():
    play = Play("abc", concurrency=3)
    play.steps()
    assert play.hear(Failed, "b", ValueError()) == ["wait"]
    assert play.hear(Failed, "a", ValueError()) == ["give a", "error"]


def test_errors_that_are_kept():
    play = Play("abc", keeps_errors=True)
    play.steps()
    assert play.hear(Failed, "a", ValueError()) == ["start c", "give a", "error"]
    assert play.hear(Done, "b", 1) == ["give b", "wait"]
    assert play.hear(Done, "c", 1) == ["give c", "end"]


def test_a_run_that_is_turned_away_is_started_again_until_patience_ends():
    play = Play("a")
    assert play.steps() == ["start a", "wait"]
    assert play.hear(TurnedAway, "a", ValueError(), 5.0) == ["pause"]
    assert play.schedule.next(play.now).seconds == 5.0
    play.now = 5.0
    assert play.steps() == ["start a", "wait"]
    assert play.hear(TurnedAway, "a", ValueError(), 5.0) == ["give a", "error"]


def test_what_others_have_in_hand_takes_no_room():
    play = Play("abcdefghij", concurrency=1)
    assert play.steps() == ["start a", "wait"]
    for input in "abcdef":
        play.hear(Elsewhere, input)
    play.schedule.heard(Created({}), play.now)
    assert play.hear(Done, "g", 1) == ["start h", "wait"]
    a, *_ = play.schedule.elsewhere
    play.schedule.come_back([a])
    assert play.hear(Done, "h", 1) == ["start a", "wait"]
    assert play.hear(Done, "a", 1) == ["give a", "pause"]  # g and h fill the room


def test_an_input_that_is_waited_for_keeps_nobody_waiting():
    play = Play("ab")
    play.steps()
    play.schedule.is_exhausted = False
    play.schedule.is_reading = True
    assert play.hear(Done, "a", 1) == ["give a", "wait"]
