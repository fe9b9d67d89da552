"""What an app does with the official Python client 1.x."""

from __future__ import annotations

import importlib.metadata
import io
import os

from helpers import Receiver, raised

import replicate
from replicate.exceptions import ModelError, ReplicateError
from replicate.webhook import Webhooks

print("client:", importlib.metadata.version("replicate"))

output = replicate.run("sandbox/painter", {"prompt": "hills", "width": 16, "height": 16})
assert output.url.startswith("https://"), output
assert output.read().startswith(b"\x89PNG")
assert b"".join(output).startswith(b"\x89PNG")
text = "".join(replicate.run("sandbox/storyteller", {"prompt": "a fox", "sentences": 2}))
assert text.startswith("Once upon a time there was a fox. "), text
version = replicate.models.get("sandbox/sprites").latest_version.id
sprites = replicate.run(f"sandbox/sprites:{version}", {"prompt": "x", "count": 3, "size": 8})
assert [sprite.read()[:4] for sprite in sprites] == [b"\x89PNG"] * 3
print("run: a file, a text, a list of files; files are read")

events = list(replicate.stream("sandbox/storyteller", input={"prompt": "a fox", "sentences": 2}))
assert "".join(event.data for event in events if event.event.value == "output") == text, events
assert events[-1].event.value == "done", events[-1]
print("stream:", len(events), "events")

file = io.BytesIO(b"one two two")
file.name = "words.txt"
facts = replicate.run("sandbox/reader", {"document": file})
assert (facts["name"], facts["frequent"]) == ("words.txt", ["two", "one"]), facts
uploaded = replicate.files.create(io.BytesIO(b"kept"), filename="kept.txt", metadata={"a": 1})
assert (uploaded.name, uploaded.metadata) == ("kept.txt", {"a": 1}), uploaded
assert replicate.files.get(uploaded.id).checksums == uploaded.checksums
assert uploaded.id in [file.id for file in replicate.files.list()]
replicate.files.delete(uploaded.id)
print("uploads: as an input, and with metadata")

pages = list(replicate.paginate(replicate.models.list))
names = [model.name for page in pages for model in page]
assert len(pages) > 1, pages
assert len(names) == len(set(names)), names
assert "painter" in [model.name for model in replicate.models.search("hills evening")]
print("pages:", len(pages), "of models")

receiver = Receiver()
prediction = replicate.predictions.create(
    model="sandbox/divider",
    input={"denominator": 2},
    webhook=receiver.url,
    webhook_events_filter=["completed"],
)
headers, body = receiver.wait()
secret = replicate.webhooks.default.secret()
Webhooks.validate(headers=headers, body=body, secret=secret, tolerance=300)
changed = {"headers": headers, "body": body + " ", "secret": secret}
raised(ValueError, Webhooks.validate, **changed)
assert prediction.id in body
print("webhook: delivered and validated")

slow = replicate.predictions.create(model="sandbox/primes", input={"limit": 100, "delay": 5})
slow.cancel()
slow.wait()
assert slow.status == "canceled", slow.status
failure = raised(ModelError, replicate.run, "sandbox/divider", {"denominator": 0})
assert "by zero" in failure.prediction.error, failure
wrong = {"prompt": "x", "width": 1}
refusal = raised(ReplicateError, replicate.run, "sandbox/painter", wrong)
assert refusal.status == 422, refusal
assert "greater than or equal to 16" in refusal.detail, refusal
print("cancel, failure, refusal")

owner = replicate.Client().accounts.current().username
mine = replicate.models.create(owner, os.environ["NAME"], hardware="cpu", visibility="private")
markov = replicate.models.get("sandbox/markov").latest_version.id
training = replicate.trainings.create(
    f"sandbox/markov:{markov}", {"train_data": "data:,one two one three"}, mine.id
)
while training.status not in ("succeeded", "failed"):
    training.reload()
trained = replicate.run(training.output["version"], {"prompt": "one", "length": 2})
assert "".join(trained).startswith("one "), trained
deployment = replicate.deployments.create(
    name=os.environ["NAME"],
    model="sandbox/markov",
    version=markov,
    hardware="cpu",
    min_instances=0,
    max_instances=1,
)
run = deployment.predictions.create({"prompt": "the", "length": 1})
run.wait()
assert run.status == "succeeded", run.error
replicate.deployments.delete(owner, os.environ["NAME"])
print("a training, a deployment")
