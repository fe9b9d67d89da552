"""The transport of `client.api`, whose creates of runs are guarded like all others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional, Sequence, Type

from .guard import RunGuard
from .lost import description_of
from .waiting import until_known

if TYPE_CHECKING:
    import httpx

    from .._http.session import Session


class ApiTransport:
    """Sends the requests of the generated operations of `client.api`."""

    def __init__(self, session: Session, kinds: Sequence[Type[Any]]) -> None:
        """Create a transport.

        Args:
            session: The client.
            kinds: The classes of runs, `Prediction` and `Training`.
        """
        self._session = session
        self._kinds = kinds

    async def request(self, method: str, url: str, **kwargs: Any) -> httpx.Response:
        """Send an operation's request. A guard looks after the run that a create starts."""
        request = {"method": method, "url": url, **kwargs}
        description = description_of(request)
        kind = self._kind_of(url) if description is not None else None
        if description is None or kind is None:
            return await self._session._transport.request(**request)
        operations = kind._operations()
        async with RunGuard(self._session, kind) as guard:
            run, answer = await guard.create(operations.get, lambda: request, description)
            if answer is None:
                get = operations.get.build(run.id)
                answer = await until_known(run, lambda: self._session._transport.request(**get))
        response: httpx.Response = answer
        return response

    def _kind_of(self, url: str) -> Optional[Type[Any]]:
        """Return the class of the run that a create starts, by its path.

        The paths of creates end like those of lists: `/models/a/b/predictions`, `/predictions`.
        """
        for kind in self._kinds:
            if url.endswith(kind._operations().list.build()["url"]):
                return kind
        return None
