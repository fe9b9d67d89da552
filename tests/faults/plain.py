"""Operations on things: reads, writes, deletes."""

from __future__ import annotations

import io
from typing import Any, List, Tuple
from urllib.parse import parse_qs, urlsplit

from replicate.pagination import paginate
from tests.faults.operation import Operation
from tests.faults.world import IMAGE, README, World


def _ids(items: Any) -> List[str]:
    return [item.id for item in items]


def _names(items: Any) -> List[str]:
    return [item.name for item in items]


def _deployment(world: World) -> Tuple[str, str]:
    deployment = world.deployment()
    return deployment.owner, deployment.name


def _model(world: World) -> Any:
    model = world.stage.models.get("me/community")
    model._client = world.client
    return model


def _private_model(world: World) -> str:
    name = f"short-lived-{len(world.sandbox.models)}"
    world.stage.models.create("me", name, visibility="private", hardware="cpu")
    return name


def _spare_version(world: World) -> Any:
    @world.sandbox.model("me/versions", visibility="private")
    def versions(text: str, number: int = 0) -> str:
        return text

    model = world.stage.models.get("me/versions")
    model._client = world.client
    return model


def _downloaded(world: World, file: Any) -> bytes:
    query = urlsplit(world.sandbox.download_url(file.id)).query
    signature = {name: values[0] for name, values in parse_qs(query).items()}
    download = world.client.api.files.download
    content: bytes = world.call(download, file.id, **signature)
    return content


READS = [
    Operation(
        "accounts.current",
        "account.get",
        lambda w, _: w.call(w.client.accounts.current).username,
        "me",
    ),
    Operation(
        "collections.get",
        "collections.get",
        lambda w, _: w.call(w.client.collections.get, "all").name,
        "All",
    ),
    Operation(
        "collections.list",
        "collections.list",
        lambda w, _: "all" in [each.slug for each in w.call(w.client.collections.list)],
    ),
    Operation(
        "deployments.get",
        "deployments.get",
        lambda w, place: w.call(w.client.deployments.get, "/".join(place)).name,
        "app",
        _deployment,
    ),
    Operation(
        "deployments.list",
        "deployments.list",
        lambda w, _: _names(w.call(w.client.deployments.list)),
        ["app"],
        _deployment,
    ),
    Operation(
        "files.get",
        "files.get",
        lambda w, file: w.call(w.client.files.get, file.id).size,
        len(IMAGE),
        World.uploaded,
    ),
    Operation(
        "files.list",
        "files.list",
        lambda w, file: _ids(w.call(w.client.files.list)) == [file.id],
        prepare=World.uploaded,
    ),
    Operation(
        "hardware.list", "hardware.list", lambda w, _: len(w.call(w.client.hardware.list)) > 0
    ),
    Operation(
        "models.get",
        "models.get",
        lambda w, _: w.call(w.client.models.get, "me/shout").name,
        "shout",
    ),
    Operation(
        "models.list", "models.list", lambda w, _: len(w.call(w.client.models.list).results) > 4
    ),
    Operation(
        "models.search",
        "models.search",
        lambda w, _: _names(w.call(w.client.models.search, "shout")),
        ["shout"],
    ),
    Operation(
        "model.versions.get",
        "models.versions.get",
        lambda w, model: (
            w.call(model.versions.get, model.latest_version.id) == model.latest_version
        ),
        prepare=_model,
    ),
    Operation(
        "model.versions.list",
        "models.versions.list",
        lambda w, model: _ids(w.call(model.versions.list)) == [model.latest_version.id],
        prepare=_model,
    ),
    Operation(
        "predictions.get",
        "predictions.get",
        lambda w, prediction: w.call(w.client.predictions.get, prediction.id).output,
        "HELLO",
        World.started,
    ),
    Operation(
        "predictions.list",
        "predictions.list",
        lambda w, prediction: _ids(w.call(w.client.predictions.list)) == [prediction.id],
        prepare=World.started,
    ),
    Operation(
        "paginate",
        "predictions.list",
        lambda w, prediction: (
            [
                each.id
                for page in w.call.list(paginate, w.call.twin(w.client.predictions.list))
                for each in page
            ]
            == [prediction.id]
        ),
        prepare=World.started,
    ),
    Operation(
        "prediction.reload",
        "predictions.get",
        lambda w, prediction: w.call(prediction.reload) or prediction.output,
        "HELLO",
        World.started,
    ),
    Operation(
        "trainings.get",
        "trainings.get",
        lambda w, training: w.call(w.client.trainings.get, training.id).status,
        "succeeded",
        World.training,
    ),
    Operation(
        "trainings.list",
        "trainings.list",
        lambda w, training: _ids(w.call(w.client.trainings.list)) == [training.id],
        prepare=World.training,
    ),
    Operation(
        "webhooks.default.secret",
        "webhooks.default.secret.get",
        lambda w, _: w.call(w.client.webhooks.default.secret).key[:6],
        "whsec_",
    ),
    Operation(
        "api.models.examples_list",
        "models.examples.list",
        lambda w, _: w.call(w.client.api.models.examples_list, "me", "shout").results,
        [],
    ),
    Operation(
        "api.search.search",
        "search",
        lambda w, _: len(w.call(w.client.api.search.search, query="shout").models),
        1,
    ),
]

CONTENTS = [
    Operation(
        "api.models.readme_get",
        "models.readme.get",
        lambda w, _: w.call(w.client.api.models.readme_get, "me", "shout"),
        README,
    ),
    Operation(
        "api.files.download",
        "files.download",
        _downloaded,
        IMAGE,
        World.uploaded,
    ),
]

WRITES = [
    Operation(
        "deployments.create",
        "deployments.create",
        lambda w, _: (
            w.call(
                w.client.deployments.create,
                name="app",
                model="me/shout",
                version=w.version("me/shout"),
                hardware="cpu",
                min_instances=0,
                max_instances=1,
            ).name
        ),
        "app",
    ),
    Operation(
        "deployments.update",
        "deployments.update",
        lambda w, place: (
            w.call(
                w.client.deployments.update, *place, max_instances=3
            ).current_release.configuration.max_instances
        ),
        3,
        _deployment,
    ),
    Operation(
        "files.create",
        "files.create",
        lambda w, _: w.call(w.client.files.create, io.BytesIO(IMAGE)).size,
        len(IMAGE),
    ),
    Operation(
        "models.create",
        "models.create",
        lambda w, name: w.call(
            w.client.models.create, "me", name, visibility="private", hardware="cpu"
        ).name[:3],
        "new",
        lambda w: f"new-{len(w.sandbox.models)}",
    ),
    Operation(
        "api.models.update",
        "models.update",
        lambda w, _: (
            w.call(w.client.api.models.update, "me", "shout", description="Shouts.").description
        ),
        "Shouts.",
    ),
]

DELETES = [
    Operation(
        "deployments.delete",
        "deployments.delete",
        lambda w, place: w.call(w.client.deployments.delete, *place),
        prepare=_deployment,
    ),
    Operation(
        "files.delete",
        "files.delete",
        lambda w, file: w.call(w.client.files.delete, file.id),
        prepare=World.uploaded,
    ),
    Operation(
        "models.delete",
        "models.delete",
        lambda w, name: w.call(w.client.models.delete, f"me/{name}"),
        prepare=_private_model,
    ),
    Operation(
        "model.versions.delete",
        "models.versions.delete",
        lambda w, model: w.call(model.versions.delete, model.latest_version.id),
        prepare=_spare_version,
    ),
]
