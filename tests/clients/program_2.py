"""A program of the 2.x beta: it runs with that client, and unchanged with this package."""

from __future__ import annotations

import asyncio
import io
import tempfile
from pathlib import Path

import httpx
from helpers import raised

import replicate
from replicate import AsyncReplicate, Replicate, file_from_path, get_path_url, not_given
from replicate.exceptions import ModelError


def blocking():  # noqa: PLR0915 - one call after the other, as programs have them
    with Replicate(timeout=20.0, max_retries=1, default_headers={"X-Team": "a"}) as client:
        assert str(client.base_url).endswith("/v1/"), client.base_url
        assert client.account.get().username

        output = client.run("sandbox/painter", input={"prompt": "hills", "width": 16, "height": 16})
        assert output.read().startswith(b"\x89PNG")
        assert get_path_url(output) == output.url
        story = {"prompt": "a fox"}
        text = "".join(client.run("sandbox/storyteller", input=story, prefer="wait=5"))
        assert text.startswith("Once upon a time"), text

        created = client.predictions.create(
            version="sandbox/divider", input={"denominator": 2}, cancel_after="1m", prefer="wait"
        )
        found = client.predictions.get(prediction_id=created.id)
        assert found.output == 0.5, found
        assert client.predictions.wait(created.id).status == "succeeded"
        assert found.created_at is not None
        other = client.models.predictions.create(
            model_owner="sandbox", model_name="divider", input={"denominator": 4}, webhook=not_given
        )
        assert client.predictions.wait(other.id).output == 0.25
        listed = client.predictions.list(created_after="2020-01-01T00:00:00Z")
        assert {created.id, other.id} <= {prediction.id for prediction in listed}
        assert client.predictions.cancel(prediction_id=created.id).id == created.id

        first = client.models.list(sort_by="model_created_at", sort_direction="asc")
        names = [model.name for model in first]
        assert first.has_next_page(), first
        assert len(names) == len(set(names)) > len(first.results), names
        assert [model.name for page in first.iter_pages() for model in page.results] == names
        assert first.get_next_page().results[0].name == names[len(first.results)]
        model = client.models.get(model_owner="sandbox", model_name="markov")
        version = model.latest_version.id
        place = {"model_owner": "sandbox", "model_name": "markov"}
        assert client.models.versions.get(**place, version_id=version).id == version
        assert version in [each.id for each in client.models.versions.list(**place)]
        assert all(each.id for each in client.models.examples.list(**place))
        assert "painter" in [model.name for model in client.models.search(body="hills evening")]
        assert client.search(query="hills evening", limit=1).models[0].model.name == "painter"

        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "words.txt"
            path.write_bytes(b"one two two")
            uploaded = client.files.create(content=file_from_path(str(path)), filename="words.txt")
        assert uploaded.name == "words.txt", uploaded
        assert client.files.get(file_id=uploaded.id).size == 11
        assert uploaded.id in [file.id for file in client.files.list()]
        assert client.files.delete(file_id=uploaded.id) is None
        words = io.BytesIO(b"one two two")
        facts = client.run("sandbox/reader", input={"document": words})
        assert facts["frequent"] == ["two", "one"], facts

        assert client.hardware.list()[0].sku
        assert client.webhooks.default.secret.get().key.startswith("whsec_")
        assert client.collections.list().results is not None

        answer = client.with_raw_response.predictions.get(prediction_id=created.id)
        assert (answer.status_code, answer.method) == (200, "GET"), answer
        assert answer.headers["content-type"].startswith("application/json")
        assert answer.parse().id == answer.json()["id"] == created.id
        assert client.predictions.with_raw_response.list().parse().results[0].id
        quick = client.with_options(timeout=5, max_retries=0, default_headers={"X-Team": "b"})
        assert quick.max_retries == 0
        assert quick.account.get(timeout=10, extra_headers={"X-Call": "c"}).username
        assert client.get("/account", cast_to=object)["username"]
        assert client.post("/predictions/" + created.id + "/cancel", cast_to=httpx.Response)

        missing = raised(replicate.NotFoundError, client.predictions.get, prediction_id="missing")
        assert isinstance(missing, replicate.APIStatusError), missing
        assert isinstance(missing, replicate.APIError), missing
        assert (missing.status_code, missing.response.status_code) == (404, 404), missing
        assert missing.body["detail"], missing
        assert missing.message, missing
        raised(ModelError, client.run, "sandbox/divider", input={"denominator": 0})
        raised(ValueError, client.predictions.get, prediction_id="")
        raised(TypeError, client.predictions.get, prediction="x")
        raised(TypeError, Replicate, http_client=httpx.AsyncClient())
    with Replicate(base_url="http://127.0.0.1:9", max_retries=0) as nowhere:
        raised(replicate.APIConnectionError, nowhere.account.get)
    with Replicate(http_client=httpx.Client(headers={"X-Mine": "d"})) as mine:
        assert mine.account.get().username
    print("blocking: run, predictions, pages, models, files, raw answers, options, errors")


async def awaited():
    async with AsyncReplicate() as client:
        assert (await client.account.get()).username
        output = await client.run(
            "sandbox/painter", input={"prompt": "hills", "width": 16, "height": 16}
        )
        assert (await output.read()).startswith(b"\x89PNG")
        created = await client.predictions.create(
            version="sandbox/divider", input={"denominator": 2}
        )
        assert (await client.predictions.wait(created.id)).output == 0.5
        assert (await client.predictions.get(prediction_id=created.id)).status == "succeeded"
        names = [model.name async for model in client.models.list()]
        first = await client.models.list()
        assert first.has_next_page(), first
        assert [model.name async for model in first] == names
        assert (await first.get_next_page()).results[0].name == names[len(first.results)]
        assert (await client.search(query="hills evening")).models[0].model.name == "painter"
        answer = await client.with_raw_response.predictions.get(prediction_id=created.id)
        assert answer.status_code == 200, answer
        assert (await answer.parse()).id == created.id
        quick = client.with_options(timeout=5, max_retries=0)
        assert (await quick.account.get(extra_headers={"X-Call": "c"})).username
        try:
            await client.predictions.get(prediction_id="missing")
        except replicate.NotFoundError as error:
            assert error.status_code == 404, error
        else:
            raise AssertionError("no error")
    async with AsyncReplicate(http_client=httpx.AsyncClient()) as mine:
        assert (await mine.account.get()).username
    print("awaited: the same")


blocking()
asyncio.run(awaited())
