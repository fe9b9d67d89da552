"""Predictors of Cog, as people write them, one for each thing that a predictor can be."""

import os
import time
from typing import Iterator, List, Optional

from cog import BaseModel, BasePredictor, ConcatenateIterator, Input, Path, Secret, current_scope


class Result(BaseModel):
    text: str
    words: List[str]
    file: Path


class Everything(BasePredictor):
    """Takes all kinds of inputs, and puts out an object."""

    def setup(self) -> None:
        self.runs = 0
        self.kept = open("cog.yaml").read()  # relative to the project's folder

    def predict(
        self,
        text: str = Input(description="What to repeat", min_length=1, max_length=9),
        times: int = Input(default=2, ge=1, le=5, description="How often"),
        style: str = Input(default="plain", choices=["plain", "loud"]),
        document: Optional[Path] = Input(default=None, description="A file"),
        more: Optional[List[Path]] = Input(default=None),
        key: Optional[Secret] = Input(default=None),
    ) -> Result:
        self.runs += 1
        print("run", self.runs, "greeting", os.environ["GREETING"])
        words = [text] * times
        for path in [document, *(more or [])]:
            if path is not None:
                print("read", os.path.basename(str(path)).rpartition("/")[2])
                words.append(path.read_text())
        if key is not None:
            words.append(key.get_secret_value()[::-1])
        if style == "loud":
            words = [word.upper() for word in words]
        scope = current_scope()
        scope.record_metric("words", len(words))
        out = Path(f"/tmp/cog-test-{os.getpid()}.txt")
        out.write_text(" ".join(words))
        return Result(text=" ".join(words), words=words, file=out)


class Teller(BasePredictor):
    def predict(
        self, count: int = Input(default=3, ge=0), pause: float = 0.0
    ) -> ConcatenateIterator[str]:
        for number in range(count):
            yield f"{number} "
            time.sleep(pause)


class Printer(BasePredictor):
    def predict(self, count: int = 3) -> Iterator[Path]:
        for number in range(count):
            path = Path(f"/tmp/page-{number}.txt")
            path.write_text(f"page {number}")
            yield path


class Failing(BasePredictor):
    def predict(self, how: str = "raise") -> str:
        print("about to fail")
        if how == "die":
            os._exit(3)
        if how == "raise":
            raise ValueError("no luck today")
        return "fine"


class Unready(BasePredictor):
    def setup(self) -> None:
        print("looking for weights")
        raise RuntimeError("no weights here")

    def predict(self, text: str = "") -> str:
        return text


class Deaf(BasePredictor):
    def predict(self, seconds: float = 60) -> str:
        end = time.time() + seconds
        while time.time() < end:
            try:
                time.sleep(1)
            except BaseException:  # it does not listen
                continue
        return "done"


class Caller(BasePredictor):
    def predict(self, prompt: str) -> str:
        import replicate

        token = (current_scope().context or {})["replicate_api_token"]
        output = replicate.Client(api_token=token).run("acme/teller", input={"count": len(prompt)})
        return "".join(output)


def function(text: str = Input(description="A text")) -> str:
    return text[::-1]
