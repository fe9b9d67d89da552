"""Webhooks: which are sent, signed how, and repeated when."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import secrets
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Deque, Dict, List, Optional, Tuple

from . import wire
from .access import log_delivery
from .history import Recent

if TYPE_CHECKING:
    import httpx

    from .faults import FaultPlan
    from .runs import Run
    from .state import State

DEFAULT_EVENTS = ("output", "completed")
TIMEOUT = 10.0


@dataclass
class Delivery:
    """One attempt to deliver a webhook.

    Attributes:
        run_id: The id of the prediction or training.
        event: `start`, `output`, `logs` or `completed`.
        url: The URL of the app.
        webhook_id: The same for all attempts of one webhook.
        status: The status of the answer, or None if there was none.
    """

    run_id: str
    event: str
    url: str
    webhook_id: str
    status: Optional[int] = None


def new_secret() -> str:
    """Return a signing key in the form that the API serves."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()


def sign(secret: str, webhook_id: str, timestamp: int, body: bytes) -> Dict[str, str]:
    """Return the headers of the Standard Webhooks scheme.

    https://github.com/standard-webhooks/standard-webhooks
    """
    key = base64.b64decode(secret.partition("_")[2])
    content = f"{webhook_id}.{timestamp}.".encode() + body
    digest = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{digest}",
    }


class Webhooks:
    """Delivers webhooks, those of one run in their order."""

    def __init__(self, state: State, faults: FaultPlan) -> None:
        self.deliveries: List[Delivery] = Recent(state.settings.history)
        self._state = state
        self._faults = faults
        self._client: Optional[httpx.AsyncClient] = None
        self._waiting: Dict[str, Deque[Tuple[Delivery, bytes]]] = {}
        self._tasks: Dict[str, asyncio.Task[None]] = {}
        self._last: Dict[Tuple[str, str], float] = {}

    @property
    def tasks(self) -> List[asyncio.Task[None]]:
        """What is under way."""
        return list(self._tasks.values())

    def notice(self, run: Run, event: str) -> None:
        """Send what a change of a run calls for."""
        url = self._address(run, event)
        if url is None:
            return
        if event in ("output", "logs"):
            now = self._state.clock.monotonic()
            last = self._last.get((run.id, event))
            if last is not None and now - last < self._state.settings.webhook_interval:
                return
            self._last[run.id, event] = now
        elif event == "completed":
            for other in ("output", "logs"):
                self._last.pop((run.id, other), None)
        body = run.view.translate(json.dumps(self._state.render(run)).encode())
        delivery = Delivery(run.id, event, url, f"msg_{wire.new_id()}")
        self._waiting.setdefault(run.id, deque()).append((delivery, body))
        if run.id not in self._tasks:
            self._tasks[run.id] = asyncio.ensure_future(self._deliver_all(run.id))

    async def close(self) -> None:
        """Give up what was not delivered."""
        tasks = self.tasks
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._waiting.clear()
        self._last.clear()
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    @staticmethod
    def _address(run: Run, event: str) -> Optional[str]:
        events = run.webhook_events_filter
        if run.webhook and event in (DEFAULT_EVENTS if events is None else events):
            return run.webhook
        return run.webhook_completed if event == "completed" else None

    async def _deliver_all(self, run_id: str) -> None:
        waiting = self._waiting[run_id]
        try:
            with self._state.clock.busy():
                while waiting:
                    await self._deliver(*waiting.popleft())
        finally:
            del self._tasks[run_id], self._waiting[run_id]

    async def _deliver(self, delivery: Delivery, body: bytes) -> None:
        # Only the last word about a run is worth repeating.
        retries = self._state.settings.webhook_retries if delivery.event == "completed" else ()
        for pause, after in zip((0.0, *retries), (*retries, None)):
            if pause:
                await self._state.clock.wait(pause)
            attempt = Delivery(delivery.run_id, delivery.event, delivery.url, delivery.webhook_id)
            attempt.status = await self._post(attempt, body)
            self.deliveries.append(attempt)
            taken = attempt.status is not None and attempt.status < 300
            log_delivery(attempt, None if taken else after)
            if taken:
                return

    async def _post(self, attempt: Delivery, body: bytes) -> Optional[int]:
        import httpx

        fault = self._faults.decide("POST", attempt.url, ["webhook"])
        if fault is not None:
            await asyncio.sleep(fault.delay)
            if fault.drop == "before" or (fault.status is not None and not fault.work):
                return fault.status
        if self._client is None:
            self._client = httpx.AsyncClient(timeout=TIMEOUT, trust_env=False)
        # Not the sandbox's own time: receivers compare it with theirs.
        now = int(time.time())
        headers = sign(self._state.webhook_secret, attempt.webhook_id, now, body)
        headers["content-type"] = "application/json"
        try:
            response = await self._client.post(attempt.url, content=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL):
            return None
        if fault is not None and (fault.drop or fault.status is not None):
            return fault.status  # the answer is lost, or another one takes its place
        return response.status_code
