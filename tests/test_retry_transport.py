"""The retrying transport of 1.x, which programs may still use."""

from __future__ import annotations

import anyio
import httpx
import pytest

from replicate.client import RetryTransport


class Flaky(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Answers with these statuses, one after the other."""

    def __init__(self, *statuses, headers=None):
        self.statuses, self.headers, self.closed = list(statuses), headers, False

    def handle_request(self, request):
        return httpx.Response(self.statuses.pop(0), headers=self.headers)

    async def handle_async_request(self, request):
        return self.handle_request(request)

    def close(self):
        self.closed = True

    async def aclose(self):
        self.closed = True


def send(kind, transport, method="GET"):
    if kind == "blocking":
        with httpx.Client(transport=transport) as client:
            return client.request(method, "https://x").status_code

    async def main():
        async with httpx.AsyncClient(transport=transport) as client:
            return (await client.request(method, "https://x")).status_code

    return anyio.run(main)


@pytest.mark.parametrize("kind", ["blocking", "async"])
@pytest.mark.parametrize(
    ("statuses", "method", "result", "left"),
    [
        ([503, 429, 504, 200], "GET", 200, 0),
        ([503, 200], "POST", 503, 1),
        ([500, 200], "GET", 500, 1),
        ([503] * 9, "GET", 503, 5),
    ],
)
def test_repeats(kind, statuses, method, result, left):
    flaky = Flaky(*statuses)
    transport = RetryTransport(flaky, backoff_factor=0.001, max_attempts=4)
    assert send(kind, transport, method) == result
    assert len(flaky.statuses) == left
    assert flaky.closed


def test_pauses():
    transport = RetryTransport(Flaky())
    assert transport._calculate_sleep(3, {}) == pytest.approx(0.4, rel=0.1001)
    assert transport._calculate_sleep(30, {}) == 60
    assert transport._calculate_sleep(1, {"Retry-After": "7"}) == 7
    assert transport._calculate_sleep(1, {"retry-after": "3600"}) == 60


def test_jitter_out_of_range():
    with pytest.raises(ValueError, match=r"between 0 and 0\.5"):
        RetryTransport(Flaky(), jitter_ratio=0.6)
