"""`llama-index-llms-replicate` and its multi-modal companion, as they come from PyPI."""

from __future__ import annotations

import gc
import hashlib
import warnings

import pytest

pytest.importorskip("llama_index", reason="runs in `make test-integrations`")

from llama_index.core.llms import ChatMessage
from llama_index.core.schema import ImageNode
from llama_index.llms.replicate import Replicate
from llama_index.multi_modal_llms.replicate import ReplicateMultiModal

from tests.integrations.conftest import LLAMA, LLAVA_VERSION, VICUNA_VERSION, answer

MODELS = pytest.mark.parametrize("model", [LLAMA, VICUNA_VERSION], ids=["official", "version"])

# Their code opens images and leaves it to the garbage collector to close them.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
DEPRECATED = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@MODELS
def test_complete(model, place):
    llm = Replicate(model=model, temperature=0.1, context_window=32)

    assert llm.complete("a llama").text == answer("a llama")
    (run,) = place.created
    assert run.input == {"prompt": "a llama", "temperature": 0.1, "max_length": 32}


@MODELS
def test_stream_complete(model):
    responses = list(Replicate(model=model).stream_complete("a llama"))

    assert len(responses) > 5
    assert responses[-1].text == "".join(each.delta for each in responses) == answer("a llama")


async def test_complete_asynchronously():
    assert (await Replicate(model=LLAMA).acomplete("a llama")).text == answer("a llama")


async def test_stream_complete_asynchronously():
    stream = await Replicate(model=LLAMA).astream_complete("a llama")

    assert "".join([each.delta async for each in stream]) == answer("a llama")


def test_chat():
    llm = Replicate(model=LLAMA)
    messages = [ChatMessage(role="user", content="a llama")]

    said = llm.chat(messages).message.content
    assert said == answer(llm.messages_to_prompt(messages))
    assert "".join(each.delta for each in llm.stream_chat(messages)) == said


SEEN = f"who? {hashlib.sha256(b'a llama').hexdigest()}"


@pytest.fixture
def image(tmp_path):
    path = tmp_path / "llama.png"
    path.write_bytes(b"a llama")
    yield path
    # Other tests would take the warning for an error of their own.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture
def node(image):
    return ImageNode(image_path=str(image))


def test_an_image_from_disk(image):
    llm = Replicate(model=LLAVA_VERSION, image=str(image))

    assert llm.complete("who?").text == SEEN


@DEPRECATED
def test_multi_modal(node):
    llm = ReplicateMultiModal(model=LLAVA_VERSION)

    assert llm.complete("who?", [node]).text == SEEN
    assert [each.delta for each in llm.stream_complete("who?", [node])] == ["who? ", SEEN[5:]]


@DEPRECATED
async def test_multi_modal_asynchronously(node):
    llm = ReplicateMultiModal(model=LLAVA_VERSION)

    assert (await llm.acomplete("who?", [node])).text == SEEN
    stream = await llm.astream_complete("who?", [node])
    assert [each.text async for each in stream][-1] == SEEN
