"""Which failures are worth another attempt, and after how long."""

from __future__ import annotations

import random
from email.utils import formatdate

import pytest

from replicate import _retry_after
from replicate._http import retry
from replicate._retry_after import advised_wait, parse_retry_after


@pytest.mark.parametrize(
    ("status", "safe", "repeated"),
    [
        (429, False, True),
        (429, True, True),
        (408, True, True),
        (500, True, True),
        (503, True, True),
        (503, False, False),
        (428, False, False),
        (430, False, False),
        (404, True, False),
        (501, True, False),
    ],
)
def test_what_is_repeated(status, safe, repeated):
    assert retry.may_repeat(status, safe=safe) is repeated


@pytest.mark.parametrize("advised", [0, 0.0, 3.5, 1000])
def test_advice_is_taken_as_it_is(advised):
    assert retry.wait_before(3, advised) == advised


@pytest.mark.parametrize(
    ("attempt", "longest"),
    [(1, 0.25), (2, 0.5), (3, 1.0), (5, 4.0), (8, 32.0), (9, 60.0), (31, 60.0), (5000, 60.0)],
)
def test_pauses_double_up_to_a_minute(monkeypatch, attempt, longest):
    monkeypatch.setattr(random, "uniform", lambda low, high: (low, high))
    assert retry.wait_before(attempt) == (0, longest)


def test_exponent_is_bounded(monkeypatch):
    """Two to the power of a large number takes time and memory."""
    monkeypatch.setattr(random, "uniform", lambda low, high: high)
    monkeypatch.setattr(retry, "MAX_WAIT", 1e12)
    assert retry.wait_before(31) == retry.wait_before(32) == 0.25 * 2**30


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("", None),
        ("0", 0.0),
        ("7", 7.0),
        (" 7 ", 7.0),
        ("7.25", 7.25),
        ("-7", None),
        ("7.", None),
        (".5", None),
        ("7 seconds", None),
        ("9" * 400, None),
        ("\u0667", None),
        ("soon", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
        ("Thu, 99 Jan 2099 00:00:00 GMT", None),
    ],
)
def test_retry_after(value, seconds):
    assert parse_retry_after(value) == seconds


def test_retry_after_as_a_date(monkeypatch):
    now = 1_800_000_000.0
    monkeypatch.setattr(_retry_after.time, "time", lambda: now)
    assert parse_retry_after(formatdate(now + 0.5, usegmt=True)) == 0.0
    assert parse_retry_after(formatdate(now + 90, usegmt=True)) == 90.0
    assert parse_retry_after(formatdate(now - 90, usegmt=True)) == 0.0


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({}, None, None),
        ({"retry-after": "3"}, None, 3.0),
        ({"retry-after": "3"}, {"retry_after": 9}, 3.0),
        ({"retry-after": "3"}, {"detail": "resets in ~9s"}, 3.0),
        ({"retry-after": "soon"}, {"retry_after": 9}, 9.0),
        ({}, {"retry_after": 9}, 9.0),
        ({}, {"retry_after": 9.5}, 9.5),
        ({}, {"retry_after": "9"}, 9.0),
        ({}, {"retry_after": True}, None),
        ({}, {"retry_after": [9]}, None),
        ({}, {"retry_after": None, "detail": "it resets in ~12.5s."}, 12.5),
        ({}, {"retry_after": 9, "detail": "it resets in ~12.5s."}, 9.0),
        ({}, {"detail": "Your rate limit resets in 12s."}, 12.0),
        ({}, {"detail": "RESETS IN 12S"}, None),
        ({}, {"detail": "resets in .s"}, None),
        ({}, {"detail": ["resets in 12s"]}, None),
        ({}, ["retry_after"], None),
        ({}, "resets in 12s", None),
    ],
)
def test_advice_of_an_answer(headers, body, seconds):
    assert advised_wait(headers, body) == seconds
