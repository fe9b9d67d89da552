"""An async predictor, which takes two predictions at once."""

import asyncio

from cog import AsyncConcatenateIterator, BasePredictor, Input


class Together(BasePredictor):
    async def setup(self) -> None:
        self.running = 0

    async def predict(self, seconds: float = Input(default=0.3)) -> AsyncConcatenateIterator[str]:
        self.running += 1
        yield "begun "
        await asyncio.sleep(seconds)
        yield str(self.running)
        await asyncio.sleep(seconds)
        self.running -= 1
