"""OpenTelemetry's instrumentation, which wraps functions of this package in place."""

from __future__ import annotations

import pytest

pytest.importorskip(
    "opentelemetry.instrumentation.replicate", reason="runs in `make test-integrations`"
)

from opentelemetry.instrumentation.replicate import ReplicateInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import replicate
from tests.integrations.conftest import LLAMA, VERSIONS, VICUNA, answer


@pytest.fixture
def spans():
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    instrumentor = ReplicateInstrumentor()
    instrumentor.instrument(tracer_provider=provider)
    yield exporter.get_finished_spans
    instrumentor.uninstrument()
    vars(replicate.predictions).pop("create", None)  # which uninstrument() does not find


def test_run(spans):
    output = replicate.run(LLAMA, input={"prompt": "a llama", "temperature": 0.5})

    assert "".join(output) == answer("a llama")
    (span,) = spans()
    assert span.name == "replicate.run"
    assert span.status.is_ok
    assert span.attributes["gen_ai.request.model"] == LLAMA
    assert span.attributes["gen_ai.request.temperature"] == 0.5
    assert span.attributes["gen_ai.prompt.0.user"] == "a llama"
    assert span.attributes["gen_ai.completion.0.content"] == "Once upon\n"


def test_stream(spans):
    stream = replicate.stream(LLAMA, input={"prompt": "a llama"})
    first = next(stream)

    assert str(first) == "Once upon\n"
    assert spans() == ()  # it lasts as long as the stream
    assert "Once upon\n" + "".join(map(str, stream)) == answer("a llama")
    (span,) = spans()
    assert span.name == "replicate.stream"
    assert span.attributes["gen_ai.completion.0.content"] == answer("a llama")


def test_predictions_create(spans):
    version = replicate.models.get(VICUNA).versions.get(VERSIONS[VICUNA])
    prediction = replicate.predictions.create(version=version, input={"prompt": "a llama"})

    prediction.wait()
    assert "".join(prediction.output) == answer("a llama")
    (span,) = spans()
    assert span.name == "replicate.predictions.create"
    assert span.attributes["gen_ai.request.model"] == version.id


def test_it_comes_off_again(spans):
    ReplicateInstrumentor().uninstrument()

    assert replicate.run == replicate.default_client.run
    assert "".join(replicate.run(LLAMA, input={"prompt": "a llama"})) == answer("a llama")
    assert spans() == ()
