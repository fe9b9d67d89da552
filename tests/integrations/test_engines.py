"""Batches past one machine: the same function on Ray and on Dask, with real local clusters."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import replicate
from replicate import exceptions
from replicate.helpers import FileOutput

ROOT = Path(__file__).parent.parent.parent
FLUX = "black-forest-labs/flux-schnell"
GRUMBLER = "sandbox/grumbler"

pytestmark = [
    pytest.mark.slow,
    # The engines have threads, sockets and processes that they leave to the end of the process.
    pytest.mark.filterwarnings("ignore"),
]


@pytest.fixture
def environment(place, monkeypatch):
    """The settings for workers: the process that gives out the work has none of them."""
    paths = os.pathsep.join([str(ROOT), str(ROOT / "generated")])
    environment = {
        "REPLICATE_BASE_URL": place.url,
        "REPLICATE_API_TOKEN": place.token,
        "PYTHONPATH": paths,
    }
    monkeypatch.delenv("REPLICATE_API_TOKEN")
    monkeypatch.delenv("REPLICATE_BASE_URL")
    with pytest.raises(exceptions.AuthenticationError):
        replicate.run(FLUX, {"prompt": "a fox"})
    return environment


@pytest.fixture
def on_ray(environment):
    ray = pytest.importorskip("ray")
    ray.init(
        num_cpus=2,
        include_dashboard=False,
        log_to_driver=False,
        runtime_env={"env_vars": environment},
    )

    @ray.remote(max_retries=0)
    def run(method, *args):
        return method(*args)

    yield lambda *args: ray.get(run.remote(*args))
    ray.shutdown()


@pytest.fixture
def on_dask(environment, monkeypatch):
    distributed = pytest.importorskip("distributed")
    from dask import config

    with config.set({"distributed.nanny.environ": environment}):
        cluster = distributed.LocalCluster(
            n_workers=1, threads_per_worker=2, dashboard_address=None
        )
        with cluster, distributed.Client(cluster) as client:
            yield lambda *args: client.submit(*args, pure=False).result()


@pytest.fixture(params=["ray", "dask"])
def engine(request):
    return request.getfixturevalue(f"on_{request.param}")


def raised(caught):
    """Return what the worker has raised: Ray's error is of the same class, and has it inside."""
    return getattr(caught.value, "cause", caught.value)


def test_results_and_errors_come_back_and_the_token_stays(engine, place):
    first, second = engine(replicate.run, FLUX, {"prompt": "a fox", "seed": 1})
    assert type(first) is FileOutput
    assert first.url == "https://replicate.delivery/1/out-0.webp"
    assert second.url.endswith("/out-1.webp")
    with pytest.raises(exceptions.ModelError, match="no word about snow") as caught:
        engine(replicate.run, GRUMBLER, {"prompt": "snow"})
    assert raised(caught).prediction.id == place.predictions[-1].id
    with pytest.raises(exceptions.UnprocessableEntityError) as caught:
        engine(replicate.Client(max_retries=1).run, FLUX, {"seed": 1})
    assert raised(caught).status == 422
    with pytest.raises(exceptions.AuthenticationError):
        replicate.run(FLUX, {"prompt": "a fox"})


@pytest.mark.parametrize("name", ["ray_batch", "dask_batch"])
def test_examples(name, tmp_path):
    pytest.importorskip({"ray_batch": "ray", "dask_batch": "distributed"}[name])
    from tests import docs_models

    (tmp_path / "prompts.txt").write_text("a llama\na fox\n", encoding="utf-8")
    with docs_models.sandbox() as sandbox:
        sandbox.fault("predictions.create", status=402)
        done = subprocess.run(
            [
                sys.executable,
                str(ROOT / "examples" / f"{name}.py"),
                "prompts.txt",
                "--at-once",
                "1",
            ],
            cwd=tmp_path,
            env={
                **os.environ,
                **sandbox.environment,
                "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "generated")]),
            },
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 1, done.stderr
        assert done.stdout.count("Once upon a time") == 1
        assert "PaymentRequiredError" in done.stderr
        assert len(sandbox.predictions) == 1
