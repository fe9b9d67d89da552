# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""Export the classes of the API's objects; each is imported when it is first used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, List

if TYPE_CHECKING:
    from .account import Account
    from .account_type import AccountType
    from .collection import Collection
    from .collection_page import CollectionPage
    from .deployment import Deployment
    from .deployment_page import DeploymentPage
    from .file import File
    from .file_checksums import FileChecksums
    from .file_page import FilePage
    from .file_urls import FileUrls
    from .hardware import Hardware
    from .model import Model
    from .model_page import ModelPage
    from .model_visibility import ModelVisibility
    from .models_list_sort_by import ModelsListSortBy
    from .models_list_sort_direction import ModelsListSortDirection
    from .prediction import Prediction
    from .prediction_metrics import PredictionMetrics
    from .prediction_page import PredictionPage
    from .prediction_source import PredictionSource
    from .prediction_status import PredictionStatus
    from .prediction_urls import PredictionUrls
    from .predictions_list_source import PredictionsListSource
    from .release import Release
    from .release_configuration import ReleaseConfiguration
    from .search_collection import SearchCollection
    from .search_model import SearchModel
    from .search_model_metadata import SearchModelMetadata
    from .search_page import SearchPage
    from .search_results import SearchResults
    from .training import Training
    from .training_metrics import TrainingMetrics
    from .training_output import TrainingOutput
    from .training_page import TrainingPage
    from .training_source import TrainingSource
    from .training_status import TrainingStatus
    from .training_urls import TrainingUrls
    from .version import Version
    from .version_page import VersionPage
    from .webhook_event import WebhookEvent
    from .webhook_secret import WebhookSecret

__all__ = (
    "Account",
    "AccountType",
    "Collection",
    "CollectionPage",
    "Deployment",
    "DeploymentPage",
    "File",
    "FileChecksums",
    "FilePage",
    "FileUrls",
    "Hardware",
    "Model",
    "ModelPage",
    "ModelsListSortBy",
    "ModelsListSortDirection",
    "ModelVisibility",
    "Prediction",
    "PredictionMetrics",
    "PredictionPage",
    "PredictionsListSource",
    "PredictionSource",
    "PredictionStatus",
    "PredictionUrls",
    "Release",
    "ReleaseConfiguration",
    "SearchCollection",
    "SearchModel",
    "SearchModelMetadata",
    "SearchPage",
    "SearchResults",
    "Training",
    "TrainingMetrics",
    "TrainingOutput",
    "TrainingPage",
    "TrainingSource",
    "TrainingStatus",
    "TrainingUrls",
    "Version",
    "VersionPage",
    "WebhookEvent",
    "WebhookSecret",
)

_MODULES: Dict[str, str] = {
    "Account": ".account",
    "AccountType": ".account_type",
    "Collection": ".collection",
    "CollectionPage": ".collection_page",
    "Deployment": ".deployment",
    "DeploymentPage": ".deployment_page",
    "File": ".file",
    "FileChecksums": ".file_checksums",
    "FilePage": ".file_page",
    "FileUrls": ".file_urls",
    "Hardware": ".hardware",
    "Model": ".model",
    "ModelPage": ".model_page",
    "ModelVisibility": ".model_visibility",
    "ModelsListSortBy": ".models_list_sort_by",
    "ModelsListSortDirection": ".models_list_sort_direction",
    "Prediction": ".prediction",
    "PredictionMetrics": ".prediction_metrics",
    "PredictionPage": ".prediction_page",
    "PredictionSource": ".prediction_source",
    "PredictionStatus": ".prediction_status",
    "PredictionUrls": ".prediction_urls",
    "PredictionsListSource": ".predictions_list_source",
    "Release": ".release",
    "ReleaseConfiguration": ".release_configuration",
    "SearchCollection": ".search_collection",
    "SearchModel": ".search_model",
    "SearchModelMetadata": ".search_model_metadata",
    "SearchPage": ".search_page",
    "SearchResults": ".search_results",
    "Training": ".training",
    "TrainingMetrics": ".training_metrics",
    "TrainingOutput": ".training_output",
    "TrainingPage": ".training_page",
    "TrainingSource": ".training_source",
    "TrainingStatus": ".training_status",
    "TrainingUrls": ".training_urls",
    "Version": ".version",
    "VersionPage": ".version_page",
    "WebhookEvent": ".webhook_event",
    "WebhookSecret": ".webhook_secret",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = globals()[name] = getattr(import_module(_MODULES[name], __name__), name)
    return value


def __dir__() -> List[str]:
    return [*__all__]
