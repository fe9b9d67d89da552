"""What a user of the sandbox gets wrong is told where it is written, not where it shows."""

from __future__ import annotations

import pytest

from replicate.sandbox import Sandbox


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"page_size": 0}, "page_size is at least 1, not 0"),
        ({"history": 0}, "history is at least 1, not 0"),
        ({"token": ""}, "token is ASCII text without white space"),
        ({"token": "r8_a b"}, "token is ASCII text without white space"),
        ({"token": "r8_ä"}, "token is ASCII text without white space"),
        ({"username": "a/b"}, "username has letters, digits, -, _ and . only: 'a/b'"),
        ({"cancel_after_minimum": -1}, "cancel_after_minimum is a number of seconds, not -1"),
        ({"webhook_interval": float("nan")}, "webhook_interval is a number of seconds, not nan"),
        ({"webhook_retries": [1, -1]}, "webhook_retries are numbers of seconds"),
    ],
)
def test_options(option, message):
    with pytest.raises(ValueError, match=message):
        Sandbox(**option)
