"""Hold the sandbox against openapi.yaml with schemathesis: `make test-contract`.

The run is bounded and its seed is fixed: it finds the same today and tomorrow. Requests name things
that are there, or their checks would see nothing but 404s; every operation must have succeeded in
the end.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Dict, List, Tuple
from urllib.parse import parse_qs, urlsplit

import httpx

from replicate.sandbox import File, Sandbox
from replicate.sandbox.operations import OPERATIONS, find

from .document import prepared

Values = Dict[str, List[Any]]

ROOT = Path(__file__).parents[2]
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
)


def main() -> int:
    """Run schemathesis; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.contract", description=__doc__)
    parser.add_argument("--examples", type=int, default=30, help="requests of each operation")
    parser.add_argument("--seed", type=int, default=1)
    options, more = parser.parse_known_args()
    with Sandbox(
        webhook_retries=(), page_size=3
    ) as sandbox, tempfile.TemporaryDirectory() as folder:
        general, special, fields = furnish(sandbox)
        sandbox.requests.clear()
        settings = configuration(general, special)
        (Path(folder) / "schemathesis.toml").write_text(settings, encoding="utf-8")
        document = prepared((ROOT / "openapi.yaml").read_text(encoding="utf-8"), fields)
        (Path(folder) / "openapi.json").write_text(json.dumps(document), encoding="utf-8")
        executable = shutil.which("schemathesis", path=str(Path(sys.executable).parent))
        assert executable is not None, "run this by `make test-contract`"
        command = [executable, "run", "openapi.json", "--url", f"{sandbox.url}/v1"]
        command += ["--header", f"Authorization: Bearer {sandbox.token}", "--no-color"]
        command += ["--phases", "examples,coverage,fuzzing", "--checks", ",".join(CHECKS)]
        command += ["--max-examples", str(options.examples), "--seed", str(options.seed)]
        command += ["--continue-on-failure", "--no-shrink", "--warnings", "off", *more]
        status = subprocess.run(command, cwd=folder, check=False).returncode
        return status or report(sandbox)


def furnish(sandbox: Sandbox) -> Tuple[Values, Dict[str, Values], Values]:
    """Make something of every kind.

    Returns:
        What parameters have as values: by their names, and by operation where one needs its own;
        and the values of fields in bodies.
    """
    spare = [version_of_spare(sandbox, number) for number in range(6)]
    sandbox.trainer("sandbox/spare")(lambda: File(b"weights"))
    markov = sandbox.models["sandbox/markov"].latest_version
    assert markov is not None
    sandbox.models["sandbox/markov"].readme = "# Markov"
    headers = {"authorization": f"Bearer {sandbox.token}"}
    with httpx.Client(base_url=f"{sandbox.url}/v1", headers=headers) as api:

        def create(path: str, **request: Any) -> Dict[str, Any]:
            response = api.post(path, **request)
            response.raise_for_status()
            return dict(response.json())

        size = {"hardware": "cpu", "min_instances": 0, "max_instances": 1}
        for number in range(6):
            model = {"owner": "sandbox", "visibility": "private", "hardware": "cpu"}
            create("/models", json={**model, "name": f"private-{number}"})
            app = {"name": f"app-{number}", "model": "sandbox/markov", "version": markov.id}
            create("/deployments", json={**app, **size})
        files = [create("/files", files={"content": ("a", b"a")})["id"] for _ in range(7)]
        run = {"version": "sandbox/primes", "input": {"limit": 2}}
        runs = [create("/predictions", json=run)["id"] for _ in range(4)]
        training = {"destination": "sandbox/private-0", "input": {}}
        path = f"/models/sandbox/spare/versions/{spare[-1]}/trainings"
        trainings = [create(path, json=training)["id"] for _ in range(2)]
    sandbox.settle()
    signed = parse_qs(urlsplit(sandbox.download_url(files[0], seconds=10**6)).query)
    return (
        {
            "model_owner": ["sandbox"],
            "model_name": ["markov", "primes", "private-1", "private-2"],
            "version_id": [markov.id],
            "deployment_owner": ["sandbox"],
            "deployment_name": [f"app-{number}" for number in range(6)],
            "file_id": files[1:],
            "prediction_id": runs,
            "training_id": trainings,
            "collection_slug": ["demo-models"],
        },
        {
            "models.versions.delete": {"model_name": ["spare"], "version_id": spare[:-1]},
            "trainings.create": {"model_name": ["spare"], "version_id": spare[-1:]},
            "models.predictions.create": {"model_name": ["primes"]},
            "files.download": {
                **signed,
                "expiry": [int(signed["expiry"][0])],
                "file_id": files[:1],
            },
        },
        {
            "destination": ["sandbox/private-0"],
            "hardware": ["cpu"],
            "model": ["sandbox/markov"],
            "name": [f"new-{number}" for number in range(9)],
            "owner": ["sandbox"],
            "version": ["sandbox/primes", markov.id, f"sandbox/markov:{markov.id}"],
            "webhook": ["http://127.0.0.1:1/"],  # any other would be called
        },
    )


def version_of_spare(sandbox: Sandbox, number: int) -> str:
    """Add a version to a model whose versions nothing uses; return its id."""

    @sandbox.model("sandbox/spare")
    def spare(start: int = number) -> int:
        return start

    latest = sandbox.models["sandbox/spare"].latest_version
    assert latest is not None
    return latest.id


def configuration(general: Values, special: Dict[str, Values]) -> str:
    """Write schemathesis's settings: most parameters are something that is there."""
    lines = ["[parameters]", *map(binding, general, general)]
    dictionaries = [dictionary(name, values) for name, values in general.items()]
    for operation, values in special.items():
        keys = {name: f"{operation}.{name}".replace(".", "_") for name in values}
        lines += ["[[operations]]", f'include-operation-id = "{operation}"']
        lines += ["[operations.parameters]", *map(binding, keys, keys.values())]
        for name, key in keys.items():
            dictionaries.append(dictionary(key, values[name]))
    return "\n".join([*lines, *dictionaries, ""])


def binding(parameter: str, name: str) -> str:
    return f'{parameter} = {{ dictionary = "{name}", probability = 0.9 }}'


def dictionary(name: str, values: List[Any]) -> str:
    return f"[dictionaries.{name}]\nvalues = {json.dumps(values)}"


def report(sandbox: Sandbox) -> int:
    """Say how many requests each operation answered how; 1 if one never succeeded."""
    answers: Dict[str, Dict[int, int]] = {name: {} for name in OPERATIONS}
    for request in sandbox.requests:
        operation, _, _ = find(request.method, request.path[len("/v1") :])
        if operation is not None and request.status is not None:
            counts = answers[operation.id]
            counts[request.status] = counts.get(request.status, 0) + 1
    for name, counts in answers.items():
        print(f"{name:30}", *(f"{status}: {counts[status]}" for status in sorted(counts)))
    idle = [name for name, counts in answers.items() if not any(s < 300 for s in counts)]
    if idle:
        print("never succeeded:", ", ".join(idle))
    return 1 if idle else 0


if __name__ == "__main__":
    sys.exit(main())
