"""Values and files of other people's packages as inputs of models."""

import asyncio
import datetime
import decimal
import enum
import io
import json

import pytest

import replicate
from tests.bodies import FILE, prediction
from tests.servers import Recorder
from tests.test_wire_details import parts

pytestmark = pytest.mark.filterwarnings("default")  # what the packages warn of is theirs

CONTENT = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 100


class Color(enum.Enum):
    RED = "red"


@pytest.fixture(autouse=True)
def place():
    """Instead of the sandbox: none is needed."""


@pytest.fixture
def server():
    with Recorder() as server:
        server.on("POST", "/v1/files", FILE, 201)
        server.on("POST", "/v1/models/o/n/predictions", prediction(output="ok"), 201)
        yield server


@pytest.fixture(params=["blocking", "async"])
def give(request, server):
    """Run a model with a value; return what was sent for it."""
    client = replicate.Client("t", base_url=server.url, verify=False)

    def give(value):
        if request.param == "async":
            asyncio.run(client.async_run("o/n", {"x": value}))
        else:
            client.run("o/n", {"x": value})
        return server.last.json["input"]["x"]

    give.is_async = request.param == "async"
    with client:
        yield give


def uploads(server):
    return [parts(each)["content"] for each in server.requests if each.path == "/v1/files"]


@pytest.fixture
def refused(give, server):
    def refused(value, advice):
        with pytest.raises(TypeError, match=advice):
            give(value)
        assert not server.requests

    return refused


# Values


def test_pandas(give, refused):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    refused(frame, r'DataFrame, which cannot be sent: pass its .to_dict\("records"\)')
    refused(frame.groupby("a"), "GroupBy")
    refused(pandas.NA, "missing value")
    refused(pandas.NaT, "missing value")
    refused(pandas.Series([1, None], dtype="Int64"), r"input\['x'\]\[1\] is <NA>, a missing value")
    refused(pandas.to_datetime(pandas.Series(["2026-01-02", None])), r"\[1\] is NaT, a missing")
    refused(pandas.Timedelta(1), "total_seconds")
    assert give(frame.to_dict("records")) == [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]
    assert give(frame["a"]) == [1, 2]
    assert give(frame["b"]) == ["x", "y"]
    assert give(frame.index) == [0, 1]
    assert give(frame.columns) == ["a", "b"]
    assert give(frame["a"].array) == [1, 2]
    assert give(pandas.Categorical(["a", "b"])) == ["a", "b"]
    assert give(pandas.Timestamp("2026-01-02", tz="UTC")) == "2026-01-02T00:00:00+00:00"
    assert give(frame.to_numpy()) == [[1, "x"], [2, "y"]]
    with pytest.raises(ValueError, match="missing pass None"):
        give(pandas.Series([1.0, None]))


def test_polars_and_arrow(give, refused):
    polars = pytest.importorskip("polars")
    pyarrow = pytest.importorskip("pyarrow")
    refused(polars.DataFrame({"a": [1]}), r"pass its .to_dicts\(\)")
    refused(polars.Series([1]), r"pass its .to_list\(\)")
    refused(pyarrow.table({"a": [1]}), r"pass its .to_pylist\(\)")
    refused(pyarrow.array([1]), r"pass its .to_pylist\(\)")


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_data_frames_of_pages(library, sandbox):
    frames = pytest.importorskip(library)
    with sandbox.client() as client:
        for count in (1, 3):
            client.run("sandbox/sprites", {"prompt": "a", "count": count})
        client.run("sandbox/storyteller", {"prompt": "b", "delay": 0})
        page = client.predictions.list()
        frame = frames.DataFrame(page.rows())
        assert frame.shape[0] == 3
        assert list(frame["id"]) == [prediction.id for prediction in page]
        assert list(frame["input.prompt"]) == ["b", "a", "a"]
        assert all(seconds >= 0 for seconds in frame["metrics.predict_time"])
        times = [prediction.created_at.datetime for prediction in page]
        assert [time.timestamp() for time in frame["created_at"]] == [t.timestamp() for t in times]
        models = frames.DataFrame(client.models.list().rows())
        assert set(models["visibility"]) == {"public"}


def test_sqlalchemy(give, refused):
    sqlalchemy = pytest.importorskip("sqlalchemy")
    engine = sqlalchemy.create_engine("sqlite://")
    with engine.connect() as connection:
        result = connection.execute(sqlalchemy.text("select 1 as a, 'x' as b"))
        refused(result, r"for row in result.mappings\(\)")
        row = result.one()
        refused(row, r"pass dict\(row._mapping\)")
        assert give(row._mapping) == {"a": 1, "b": "x"}
    engine.dispose()


@pytest.mark.parametrize("name", ["pydantic", "pydantic.v1"])
def test_pydantic(give, refused, server, tmp_path, name):
    pydantic = pytest.importorskip(name)

    class Inner(pydantic.BaseModel):
        amount: decimal.Decimal
        day: datetime.date
        color: Color

    class Outer(pydantic.BaseModel):
        url: pydantic.AnyUrl
        web: pydantic.HttpUrl
        inner: Inner
        file: object
        read: bool = True

    (tmp_path / "a.png").write_bytes(CONTENT)
    inner = Inner(amount="1.50", day="2026-01-02", color="red")
    value = Outer(
        url="ftp://example.com/a",
        web="https://example.com/b",
        inner=inner,
        file=tmp_path / "a.png",
    )
    assert give(value) == {
        "url": "ftp://example.com/a",
        "web": "https://example.com/b",
        "inner": {"amount": 1.5, "day": "2026-01-02", "color": "red"},
        "file": FILE["urls"]["get"],
        "read": True,
    }
    assert uploads(server) == [("a.png", "image/png", CONTENT)]
    server.requests.clear()
    refused(pydantic.SecretStr("secret"), r"pass its .get_secret_value\(\)")


def test_urls(give):
    yarl = pytest.importorskip("yarl")
    starlette = pytest.importorskip("starlette.datastructures")
    pydantic = pytest.importorskip("pydantic")
    for url in (yarl.URL("https://x/a?b=c"), starlette.URL("https://x/a?b=c")):
        assert give(url) == "https://x/a?b=c"
    assert give(pydantic.HttpUrl("https://x/a?b=c")) == "https://x/a?b=c"
    assert give(pydantic.TypeAdapter(pydantic.PostgresDsn).validate_python("postgres://u@h/d")) == (
        "postgres://u@h/d"
    )


def test_responses(give, refused, server):
    requests = pytest.importorskip("requests")
    server.on("GET", "/a.png", CONTENT, content_type="image/png")
    with requests.get(f"{server.url}/a.png", timeout=30) as response:
        server.requests.clear()
        refused(response, r"Response, which cannot be sent: pass its .content")
        give(response.content)
    assert uploads(server) == [("file", "image/png", CONTENT)]


def test_pictures(refused, server):
    image = pytest.importorskip("PIL.Image")
    refused(image.new("RGB", (1, 1)), r"pass what its save\(\) writes into an io.BytesIO\(\)")


# Files


def test_flask(give, server):
    datastructures = pytest.importorskip("werkzeug.datastructures")
    give(
        datastructures.FileStorage(
            io.BytesIO(CONTENT), filename="me.png", name="photo", content_type="image/x-png"
        )
    )
    give(datastructures.FileStorage(io.BytesIO(CONTENT), filename="me.png", name="photo"))
    assert uploads(server) == [("me.png", "image/x-png", CONTENT), ("me.png", "image/png", CONTENT)]


def test_django(give, server, tmp_path):
    uploadedfile = pytest.importorskip("django.core.files.uploadedfile")
    from django.conf import settings
    from django.core.files import File
    from django.core.files.storage import FileSystemStorage
    from django.db.models.fields.files import FieldFile

    if not settings.configured:
        settings.configure(MEDIA_ROOT=str(tmp_path))
    with uploadedfile.TemporaryUploadedFile("me.png", "image/x-png", len(CONTENT), None) as file:
        file.write(CONTENT)
        file.seek(0)
        give(file)
    give(uploadedfile.SimpleUploadedFile("folder/me.png", CONTENT, "image/x-png"))

    class Field:
        attname = name = "picture"
        storage = FileSystemStorage(str(tmp_path))

    stored = Field.storage.save("stored.png", File(io.BytesIO(CONTENT)))
    owner = type("Owner", (), {})()
    field_file = FieldFile(owner, Field, stored)
    assert field_file.closed  # it opens when it is read
    give(field_file)
    field_file.close()
    assert uploads(server) == [
        ("me.png", "image/x-png", CONTENT),
        ("me.png", "image/x-png", CONTENT),
        ("stored.png", "image/png", CONTENT),
    ]


@pytest.mark.parametrize("in_memory", [True, False])
def test_fastapi(server, in_memory):
    fastapi = pytest.importorskip("fastapi")
    testclient = pytest.importorskip("fastapi.testclient")
    client = replicate.Client("t", base_url=server.url, verify=False)
    app = fastapi.FastAPI()

    @app.post("/blocking")
    def blocking(photo: fastapi.UploadFile):
        return client.run("o/n", {"x": photo})

    @app.post("/async")
    async def asynchronous(photo: fastapi.UploadFile):
        return await client.async_run("o/n", {"x": photo})

    content = CONTENT * (1 if in_memory else 50)
    with client, testclient.TestClient(app) as web:
        for path in ("/blocking", "/async"):
            files = {"photo": ("me.png", content, "image/x-png")}
            assert web.post(path, files=files).json() == "ok"
    assert uploads(server) == [("me.png", "image/x-png", content)] * 2


def test_streamlit(give, server):
    manager = pytest.importorskip("streamlit.runtime.uploaded_file_manager")
    record = manager.UploadedFileRec(
        file_id="1", name="folder/me.png", type="image/x-png", data=CONTENT
    )
    give(manager.UploadedFile(record, None))
    assert uploads(server) == [("me.png", "image/x-png", CONTENT)]


def test_aiohttp(server):
    web = pytest.importorskip("aiohttp.web")
    aiohttp = pytest.importorskip("aiohttp")
    client = replicate.Client("t", base_url=server.url, verify=False)

    async def handle(request):
        form = await request.post()
        return web.Response(text=await client.async_run("o/n", {"x": form["photo"]}))

    async def main():
        app = web.Application()
        app.router.add_post("/", handle)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        form = aiohttp.FormData()
        form.add_field("photo", CONTENT, filename="me.png", content_type="image/x-png")
        host, port = runner.addresses[0][:2]
        async with aiohttp.ClientSession() as session:
            async with session.post(f"http://{host}:{port}/", data=form) as response:
                assert await response.text() == "ok"
        await runner.cleanup()

    asyncio.run(main())
    client.close()
    assert uploads(server) == [("me.png", "image/x-png", CONTENT)]


def test_boto3(give, server):
    response = pytest.importorskip("botocore.response")
    urllib3 = pytest.importorskip("urllib3")

    class Raw(io.BytesIO):
        def read(self, amount=None):
            return super().read(min(amount or 1000, 1000))

    raw = urllib3.HTTPResponse(Raw(CONTENT), preload_content=False)
    give(response.StreamingBody(raw, len(CONTENT)))
    assert uploads(server) == [("file", "image/png", CONTENT)]


def test_urllib(give, server):
    from urllib.request import urlopen

    server.on("GET", "/picture", CONTENT, content_type="image/x-png")
    with urlopen(f"{server.url}/picture") as response:
        give(response)
    assert uploads(server) == [("file", "image/x-png", CONTENT)]


def test_fsspec(give, server):
    fsspec = pytest.importorskip("fsspec")
    with fsspec.open("memory://folder/me.png", "wb") as file:
        file.write(CONTENT)
    with fsspec.open("memory://folder/me.png", "rb") as file:
        file.seek(8)
        give(file)
        assert file.tell() == 8
    assert [content for _, _, content in uploads(server)] == [CONTENT[8:]]


# Outputs


def test_what_serializers_make_of_an_output_that_is_a_string():
    from replicate.helpers import FileOutputURL

    output = FileOutputURL("https://files.test/a.png")
    assert json.dumps([output]) == '["https://files.test/a.png"]'
    yaml = pytest.importorskip("yaml")
    with pytest.raises(yaml.representer.RepresenterError):  # as the documentation says
        yaml.safe_dump([output])
    assert yaml.safe_load(yaml.safe_dump([str(output)])) == [output]
    pydantic = pytest.importorskip("pydantic")

    class Picture(pydantic.BaseModel):
        url: str
        web: pydantic.HttpUrl

    picture = Picture(url=output, web=output)
    assert json.loads(picture.model_dump_json()) == {"url": output, "web": output}
