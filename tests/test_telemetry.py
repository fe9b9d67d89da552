"""OpenTelemetry's spans and metrics, as the SDK's exporters in memory get them."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import httpx
import pytest

pytest.importorskip("opentelemetry.sdk")

from opentelemetry import trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from replicate import telemetry
from replicate._runs.guard import watchers
from replicate.exceptions import DeadlineExceededError, ModelError, UnprocessableEntityError
from tests.bodies import ID, prediction

DIVIDER = "sandbox/divider"


class Recorded:
    """What was recorded."""

    def __init__(self):
        self.exporter = InMemorySpanExporter()
        self.tracers = TracerProvider()
        self.tracers.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.reader = InMemoryMetricReader()
        self.meters = MeterProvider([self.reader])

    @property
    def spans(self):
        return self.exporter.get_finished_spans()

    @property
    def span(self):
        (span,) = self.spans
        return span

    @property
    def points(self):
        """Every metric's points, by its name."""
        data = self.reader.get_metrics_data()
        return {
            metric.name: metric.data.data_points
            for resource in data.resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
        }


@pytest.fixture
def recorded():
    recorded = Recorded()
    telemetry.instrument(tracer_provider=recorded.tracers, meter_provider=recorded.meters)
    yield recorded
    telemetry.uninstrument()
    recorded.meters.shutdown()


def test_a_run(call, client, recorded, sandbox):
    call(client.run, DIVIDER, {"denominator": 2, "seed": 3})

    span = recorded.span
    assert span.name == "generate_content sandbox/divider"
    assert span.kind is trace.SpanKind.CLIENT
    assert span.status.is_unset
    assert span.end_time > span.start_time
    port = int(sandbox.url.rpartition(":")[2])
    assert dict(span.attributes) == {
        "gen_ai.operation.name": "generate_content",
        "gen_ai.provider.name": "replicate",
        "gen_ai.system": "replicate",
        "gen_ai.request.model": DIVIDER,
        "gen_ai.request.seed": 3,
        "gen_ai.response.id": client.predictions.list()[0].id,
        "gen_ai.response.model": DIVIDER,
        "replicate.status": span.attributes["replicate.status"],
        "replicate.version": "hidden",
        "server.address": "127.0.0.1",
        "server.port": port,
    }
    (point,) = recorded.points["gen_ai.client.operation.duration"]
    assert point.count == 1
    assert point.sum > 0
    assert dict(point.attributes) == {
        name: span.attributes[name]
        for name in span.attributes
        if name.startswith(("gen_ai.op", "gen_ai.p", "gen_ai.sys", "server"))
        or name in {"gen_ai.request.model", "gen_ai.response.model"}
    }


def test_tokens(call, served, server, recorded):
    metrics = {"input_token_count": 12, "output_token_count": 34, "predict_time": 1.5}
    server.always(prediction(status="succeeded", output="text", metrics=metrics))

    call(served.run, "a/b", {})

    assert recorded.span.attributes["gen_ai.usage.input_tokens"] == 12
    assert recorded.span.attributes["gen_ai.usage.output_tokens"] == 34
    points = recorded.points["gen_ai.client.token.usage"]
    found = {point.attributes["gen_ai.token.type"]: point.sum for point in points}
    assert found == {"input": 12, "output": 34}


@pytest.mark.parametrize(
    ("arguments", "options", "kind"),
    [
        (({"denominator": 0},), {}, ModelError),
        (({"denominator": 0},), {"wait": False}, ModelError),
        (({"denominator": "x"},), {}, UnprocessableEntityError),
    ],
)
def test_errors(call, client, recorded, arguments, options, kind):
    with pytest.raises(kind):
        call(client.run, DIVIDER, *arguments, **options)

    span = recorded.span
    assert span.name == "generate_content sandbox/divider"
    assert span.attributes["error.type"] == kind.__name__
    assert span.status.status_code is trace.StatusCode.ERROR
    assert span.status.description
    (point,) = recorded.points["gen_ai.client.operation.duration"]
    assert point.attributes["error.type"] == kind.__name__


def test_a_hint_that_quotes_an_input_is_not_recorded(call, client, recorded, tmp_path):
    (tmp_path / "photo.png").write_bytes(b"")
    with pytest.raises(UnprocessableEntityError, match=r"photo\.png"):
        call(client.run, DIVIDER, {"denominator": str(tmp_path / "photo.png")})

    assert "denominator" in recorded.span.status.description
    assert "photo.png" not in recorded.span.status.description


@pytest.mark.parametrize("odd", [5, {"a": 1}, ["a"]])
def test_fields_of_the_wrong_type_are_not_recorded(call, mock, recorded, odd, caplog):
    body = prediction(model=odd, version=odd, metrics=odd)
    client = mock(lambda request: httpx.Response(200, json=body))
    run = client.predictions.get(ID)

    call(run.wait)

    span = recorded.span
    assert span.name == "wait_for_prediction"
    assert not {"gen_ai.request.model", "gen_ai.response.model"} & set(span.attributes)
    assert set(map(type, span.attributes.values())) <= {str, int}
    assert caplog.messages == []


class Broken(SpanProcessor):
    """An exporter that fails at the begin or at the end of a span."""

    def __init__(self, when):
        setattr(self, when, self.fail)

    def fail(self, *_, **__):
        raise RuntimeError("it is broken")


@pytest.mark.parametrize("when", ["on_start", "on_end"])
def test_a_broken_exporter_costs_no_result(call, client, recorded, caplog, when):
    recorded.tracers.add_span_processor(Broken(when))

    assert call(client.run, DIVIDER, {"denominator": 2}) == 0.5
    assert "such as telemetry, has failed" in caplog.text
    assert "it is broken" in caplog.text


def test_a_deadline(call, client, recorded):
    with pytest.raises(DeadlineExceededError):
        call(client.run, "sandbox/primes", {"limit": 100, "delay": 5}, timeout=0.3)

    assert recorded.span.attributes["error.type"] == "DeadlineExceededError"
    assert recorded.span.attributes["replicate.status"] == "canceled"


def test_a_create_and_a_wait(call, client, recorded):
    made = call(client.predictions.create, model=DIVIDER, input={"denominator": 2})
    call(made.wait)

    created, waited = recorded.spans
    assert created.name == "create_prediction sandbox/divider"
    assert waited.name == "wait_for_prediction sandbox/divider"
    assert created.attributes["gen_ai.response.id"] == made.id
    assert waited.attributes["replicate.status"] == "succeeded"


def test_a_prediction_that_fails_while_it_is_waited_for(call, client, recorded):
    made = client.predictions.create(model=DIVIDER, input={"denominator": 0})
    call(made.wait)

    waited = recorded.spans[-1]
    assert waited.attributes["error.type"] == "ModelError"
    assert "by zero" in waited.status.description


def test_a_stream(call, client, recorded):
    events = call.list(client.stream, "sandbox/storyteller", {"prompt": "a fox"})

    assert len(events) > 1
    assert recorded.span.name == "generate_content sandbox/storyteller"
    assert recorded.span.status.is_unset


def test_a_stream_that_is_closed(client, recorded):
    stream = client.stream("sandbox/primes", {"limit": 50, "delay": 0.05})
    next(stream)
    assert not recorded.spans

    stream.close()

    assert recorded.span.attributes["replicate.status"] == "canceled"
    assert recorded.span.attributes["error.type"] == "PredictionCanceledError"


def test_items_of_an_output(call, client, recorded):
    version = client.models.get("sandbox/primes").latest_version.id
    items = call(client.run, f"sandbox/primes:{version}", {"limit": 10})

    assert list(items) == [2, 3, 5, 7]
    assert recorded.span.name == "generate_content sandbox/primes"
    assert recorded.span.status.is_unset


def test_a_run_is_the_parent_of_what_happens_in_it(call, mock, recorded):
    tracer = recorded.tracers.get_tracer("test")

    def answer(_request):
        with tracer.start_as_current_span("request"):
            status = "starting" if not recorded.spans else "succeeded"
            return httpx.Response(200, json=prediction(status=status, output="done"))

    client = mock(answer)
    with tracer.start_as_current_span("outside"):
        call(client.run, "a/b", {}, wait=False)

    *requests, run, outside = recorded.spans
    assert len(requests) == 2
    assert {span.parent.span_id for span in requests} == {run.context.span_id}
    assert (run.name, outside.name) == ("generate_content a/b", "outside")


def test_runs_at_the_same_time_keep_apart(client, recorded):
    async def main():
        tracer = recorded.tracers.get_tracer("test")
        with tracer.start_as_current_span("outside"):
            runs = [client.async_run(DIVIDER, {"denominator": n}) for n in (1, 2, 4)]
            await asyncio.gather(*runs)
            assert trace.get_current_span().name == "outside"

    asyncio.run(main())

    runs = [span for span in recorded.spans if span.name.startswith("generate_content")]
    assert len({span.attributes["gen_ai.response.id"] for span in runs}) == 3
    assert len({span.parent.span_id for span in runs}) == 1


def test_a_training(call, client, recorded, sandbox):
    account = client.accounts.current().username
    client.models.create(account, "mine", visibility="private", hardware="cpu")
    version = client.models.get("sandbox/markov").latest_version.id
    call(
        client.trainings.create,
        version=f"sandbox/markov:{version}",
        input={"train_data": "data:,one two"},
        destination=f"{account}/mine",
    )

    assert recorded.span.name == "create_training sandbox/markov"


def test_it_is_recorded_once_and_comes_off_again(client, recorded):
    telemetry.instrument(tracer_provider=recorded.tracers, meter_provider=recorded.meters)
    client.run(DIVIDER, {"denominator": 2})
    assert len(recorded.spans) == 1

    telemetry.uninstrument()
    client.run(DIVIDER, {"denominator": 2})

    assert len(recorded.spans) == 1
    assert not watchers


def test_without_opentelemetry_the_error_says_what_to_install():
    code = (
        "import sys; sys.modules['opentelemetry'] = None\n"
        "try: from replicate import telemetry\n"
        "except ImportError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert "pip install 'replicate[telemetry]'" in done.stdout
