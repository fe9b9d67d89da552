"""What an app does with the beta of the official Python client 2."""

from __future__ import annotations

import base64
import hashlib
import hmac
import importlib.metadata
import io
import os

from helpers import Receiver, raised

import replicate
from replicate.exceptions import ModelError

print("client:", importlib.metadata.version("replicate"))

output = replicate.run("sandbox/painter", input={"prompt": "hills", "width": 16, "height": 16})
assert output.url.startswith("https://"), output
assert output.read().startswith(b"\x89PNG")
text = "".join(replicate.run("sandbox/storyteller", input={"prompt": "a fox", "sentences": 2}))
assert text.startswith("Once upon a time there was a fox. "), text
version = replicate.models.get(model_owner="sandbox", model_name="sprites").latest_version
sprites = replicate.run(
    f"sandbox/sprites:{version.id}", input={"prompt": "x", "count": 3, "size": 8}
)
assert [sprite.read()[:4] for sprite in sprites] == [b"\x89PNG"] * 3
print("run: a file, a text, a list of files; files are read")

tell = replicate.use("sandbox/storyteller", streaming=True)
pieces = list(tell(prompt="a fox", sentences=2))
assert "".join(map(str, pieces)) == text, pieces
divide = replicate.use("sandbox/divider")
assert divide(numerator=3, denominator=2) == 1.5
print("use:", len(pieces), "pieces of a text, a value")

file = io.BytesIO(b"one two two")
file.name = "words.txt"
facts = replicate.run("sandbox/reader", input={"document": file})
assert facts["frequent"] == ["two", "one"], facts
uploaded = replicate.files.create(
    content=("f", b"kept"),
    filename="kept.txt",
    type="text/x-kept",
    metadata={"a": 1, "b": {"c": "d"}},
)
assert uploaded.content_type == "text/x-kept", uploaded
assert uploaded.metadata == {"a": "1", "b": {"c": "d"}}, uploaded
assert replicate.files.get(file_id=uploaded.id).checksums.sha256 == uploaded.checksums.sha256
assert uploaded.id in [file.id for file in replicate.files.list()]
replicate.files.delete(file_id=uploaded.id)
print("uploads: as an input, and with type and metadata")

first = replicate.models.list()
names = [model.name for model in first]  # all pages
assert first.has_next_page(), "one page only"
assert len(names) == len(set(names)) > len(first.results), names
assert "painter" in [model.name for model in replicate.models.search(body="hills evening")]
found = replicate.Replicate().search(query="hills evening")
assert [found.model.name for found in found.models] == ["painter"], found
print("pages of models, two searches")

receiver = Receiver()
prediction = replicate.predictions.create(
    version="sandbox/divider",
    input={"denominator": 2},
    webhook=receiver.url,
    webhook_events_filter=["completed"],
)
headers, body = receiver.wait()
# This client validates nothing: here is the scheme itself, with the secret that it gets.
key = base64.b64decode(replicate.webhooks.default.secret.get().key.partition("_")[2])
signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{body}".encode()
signature = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
assert headers["webhook-signature"] == f"v1,{signature}"
assert prediction.id in body
print("webhook: delivered and validated")

slow = replicate.predictions.create(version="sandbox/primes", input={"limit": 100, "delay": 5})
canceled = replicate.predictions.cancel(prediction_id=slow.id)
assert canceled.status == "canceled", canceled
failure = raised(ModelError, replicate.run, "sandbox/divider", input={"denominator": 0})
assert "by zero" in str(failure), failure
wrong = {"prompt": "x", "width": 1}
refusal = raised(replicate.UnprocessableEntityError, replicate.run, "sandbox/painter", input=wrong)
assert "greater than or equal to 16" in str(refusal), refusal
print("cancel, failure, refusal")

owner, name = replicate.account.get().username, os.environ["NAME"]
replicate.models.create(owner=owner, name=name, hardware="cpu", visibility="private")
markov = replicate.models.get(model_owner="sandbox", model_name="markov").latest_version.id
training = replicate.trainings.create(
    model_owner="sandbox",
    model_name="markov",
    version_id=markov,
    destination=f"{owner}/{name}",
    input={"train_data": "data:,one two one three"},
)
while training.status not in ("succeeded", "failed"):
    training = replicate.trainings.get(training_id=training.id)
trained = replicate.run(training.output.version, input={"prompt": "one", "length": 2})
assert "".join(trained).startswith("one "), trained
replicate.deployments.create(
    name=name,
    model="sandbox/markov",
    version=markov,
    hardware="cpu",
    min_instances=0,
    max_instances=1,
)
run = replicate.deployments.predictions.create(
    deployment_owner=owner, deployment_name=name, input={"prompt": "the"}, prefer="wait"
)
assert run.output, run
replicate.deployments.delete(deployment_owner=owner, deployment_name=name)
print("a training, a deployment")
