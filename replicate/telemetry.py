"""OpenTelemetry: a span and metrics for each run, by the semantic conventions for generative AI.

    from replicate import telemetry

    telemetry.instrument()

This module needs `pip install "replicate[telemetry]"`. Spans contain no inputs and no outputs. For
spans of requests, use OpenTelemetry's instrumentation of httpx: its spans are children of the span
of the run. See https://opentelemetry.io/docs/specs/semconv/gen-ai/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, Optional
from urllib.parse import urlsplit

from .__about__ import __version__
from ._blocking import monotonic
from ._guards import is_object
from ._runs.guard import watchers

try:
    from opentelemetry import context, metrics, trace
except ImportError as _error:
    raise ImportError(
        "replicate.telemetry needs OpenTelemetry: pip install 'replicate[telemetry]'"
    ) from _error

if TYPE_CHECKING:
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import TracerProvider

    from ._runs.guard import RunGuard
    from ._runs.lost import Description

__all__ = ["instrument", "uninstrument"]

SETTINGS = (
    *("frequency_penalty", "max_tokens", "presence_penalty", "seed"),
    *("temperature", "top_k", "top_p"),
)
"""Inputs that the conventions have attributes for. They say nothing of what was asked."""

TOKENS = {"input": "input_token_count", "output": "output_token_count"}
"""The kinds of tokens, with the metrics of predictions that count them."""

SECONDS = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92)
COUNTS = tuple(4**power for power in range(14))
"""Bounds of the histograms, as the conventions advise."""


def instrument(
    *,
    tracer_provider: Optional[TracerProvider] = None,
    meter_provider: Optional[MeterProvider] = None,
) -> None:
    """Record a span and metrics for each run of all clients from now on.

    A second call replaces the first.

    Args:
        tracer_provider: The provider for spans; by default OpenTelemetry's global provider.
        meter_provider: The provider for metrics; by default the global provider.
    """
    uninstrument()
    watchers.append(_Telemetry(tracer_provider, meter_provider))


def uninstrument() -> None:
    """Stop recording. Runs that have begun are recorded to their end."""
    watchers[:] = [each for each in watchers if not isinstance(each, _Telemetry)]


class _Telemetry:
    """Where spans and metrics go."""

    def __init__(
        self, tracer_provider: Optional[TracerProvider], meter_provider: Optional[MeterProvider]
    ) -> None:
        self.tracer = trace.get_tracer("replicate", __version__, tracer_provider)
        meter = metrics.get_meter("replicate", __version__, meter_provider)
        self.durations = meter.create_histogram(
            "gen_ai.client.operation.duration",
            unit="s",
            description="Time from the create of a run to its result.",
            explicit_bucket_boundaries_advisory=SECONDS,
        )
        self.tokens = meter.create_histogram(
            "gen_ai.client.token.usage",
            unit="{token}",
            description="Tokens that a run took in and gave out.",
            explicit_bucket_boundaries_advisory=COUNTS,
        )

    def __call__(self, guard: RunGuard[Any], description: Optional[Description]) -> _Watch:
        """Begin to follow a run."""
        return _Watch(self, guard, description)


class _Watch:
    """The span of one run, as long as a call looks after it."""

    def __init__(
        self, telemetry: _Telemetry, guard: RunGuard[Any], description: Optional[Description]
    ) -> None:
        self._telemetry = telemetry
        self._guard = guard
        self._creates = description is not None
        self._began = monotonic()
        self._token: Any = None
        server = urlsplit(guard.session._base())
        self._attributes: Dict[str, Any] = _given(
            {
                "gen_ai.operation.name": self._operation(None),
                "gen_ai.provider.name": "replicate",
                "gen_ai.system": "replicate",  # what it was called at first
                "gen_ai.request.model": _model_of(guard.run, description),
                "server.address": server.hostname,
                "server.port": server.port,
            }
        )
        input: Any = description.input if description is not None else None
        settings = {
            f"gen_ai.request.{name}": value
            for name, value in (input.items() if is_object(input) else ())
            if name in SETTINGS and isinstance(value, (int, float))
        }
        self._span = telemetry.tracer.start_span(
            self._name, kind=trace.SpanKind.CLIENT, attributes={**self._attributes, **settings}
        )

    @property
    def _name(self) -> str:
        named = ("gen_ai.operation.name", "gen_ai.request.model")
        return " ".join(self._attributes[name] for name in named if name in self._attributes)

    def _operation(self, error: Optional[BaseException]) -> str:
        """Return what the call was about: a run with its result, or only its begin or its end."""
        guard = self._guard
        kind = guard._kind.__name__.lower()
        if not self._creates:
            return f"wait_for_{kind}"
        is_over = error is not None or guard.outlives_call
        if guard.run is not None and not (is_over or guard.run._is_complete):
            return f"create_{kind}"
        return "generate_content" if kind == "prediction" else kind

    def enter(self) -> None:
        """Let the spans of requests stand below this one."""
        self._token = context.attach(trace.set_span_in_context(self._span))

    def leave(self) -> None:
        """Let them no longer do so."""
        if self._token is not None:
            context.detach(self._token)

    def end(self, error: Optional[BaseException]) -> None:
        """Write down how it went."""
        run: Any = self._guard.run
        seconds = monotonic() - self._began
        fields: Any = getattr(run, "__dict__", {})
        failure = type(error) if error is not None else getattr(run, "_failure", None)
        model = _model_of(run, None)
        self._attributes.update(
            _given(
                {
                    "gen_ai.operation.name": self._operation(error),
                    "gen_ai.response.model": model,
                    "error.type": None if failure is None else failure.__qualname__,
                }
            )
        )
        measured: Any = fields.get("metrics")
        counts = {
            each: measured[metric]
            for each, metric in TOKENS.items()
            if is_object(measured) and isinstance(measured.get(metric), int)
        }
        span = self._span
        span.update_name(self._name)
        span.set_attributes(
            _given(
                {
                    **self._attributes,
                    "gen_ai.response.id": fields.get("id"),
                    "replicate.status": fields.get("status"),
                    "replicate.version": fields.get("version"),
                    **{f"gen_ai.usage.{each}_tokens": count for each, count in counts.items()},
                }
            )
        )
        if failure is not None:
            # Below the detail of our errors there are hints, which may quote an input.
            text = str(getattr(error, "detail", None) or error or fields.get("error") or "")
            span.set_status(trace.StatusCode.ERROR, text)
        inside = trace.set_span_in_context(span)  # for exemplars
        span.end()
        self._telemetry.durations.record(seconds, self._attributes, context=inside)
        for each, count in counts.items():
            attributes = {**self._attributes, "gen_ai.token.type": each}
            self._telemetry.tokens.record(count, attributes, context=inside)


def _model_of(run: Any, description: Optional[Description]) -> Optional[str]:
    if description is not None:
        return description.deployment or description.model or description.version
    model: Any = getattr(run, "model", None)
    return model if isinstance(model, str) else None


def _given(attributes: Dict[str, Any]) -> Dict[str, Any]:
    """Return the attributes that are there, and of a kind that attributes can have."""
    return {name: each for name, each in attributes.items() if isinstance(each, (str, int, float))}
