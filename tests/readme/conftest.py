"""Where the README's programs run: in a new folder, beside a sandbox that they do not know of."""

from __future__ import annotations

import pytest

from tests.readme.models import make_sandbox


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    """Let `import replicate` alone reach a sandbox, by the environment."""
    monkeypatch.chdir(tmp_path)
    with make_sandbox(page_size=2) as sandbox:
        monkeypatch.setenv("REPLICATE_BASE_URL", sandbox.url)
        monkeypatch.setenv("REPLICATE_API_TOKEN", sandbox.token)
        yield sandbox
