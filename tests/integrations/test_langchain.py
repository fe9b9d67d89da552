"""`langchain_community.llms.Replicate`, as it comes from PyPI."""

from __future__ import annotations

import pytest

pytest.importorskip("langchain_community", reason="runs in `make test-integrations`")

from langchain_community.llms import Replicate
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import PromptTemplate

from tests.integrations.conftest import LLAMA, VICUNA_VERSION, answer

MODELS = pytest.mark.parametrize("model", [LLAMA, VICUNA_VERSION], ids=["official", "version"])


@MODELS
def test_invoke(model, place):
    llm = Replicate(model=model, model_kwargs={"temperature": 0.75, "max_length": 500})

    assert llm.invoke("a llama") == answer("a llama")
    (run,) = place.created
    assert run.input == {"prompt": "a llama", "temperature": 0.75, "max_length": 500}


@MODELS
async def test_invoke_asynchronously(model):
    assert await Replicate(model=model).ainvoke("a llama") == answer("a llama")


@MODELS
def test_stream(model):
    pieces = list(Replicate(model=model).stream("a llama"))

    assert "".join(pieces) == answer("a llama")


async def test_stream_asynchronously():
    pieces = [piece async for piece in Replicate(model=LLAMA).astream("a llama")]

    assert "".join(pieces) == answer("a llama")


def test_streaming_as_a_setting():
    assert Replicate(model=LLAMA, streaming=True).invoke("a llama") == answer("a llama")


@pytest.mark.parametrize("streaming", [False, True])
def test_stop_sequences(streaming):
    llm = Replicate(model=LLAMA, streaming=streaming, stop=["there"])

    assert llm.invoke("a llama") == "Once upon\na time\n"


PROMPTS = ["a llama", "an alpaca", "a vicuna", "a guanaco"]


def test_batch():
    """LangChain runs it in threads, all on the one default client."""
    assert Replicate(model=LLAMA).batch(PROMPTS) == [answer(prompt) for prompt in PROMPTS]


async def test_batch_asynchronously():
    assert await Replicate(model=LLAMA).abatch(PROMPTS) == [answer(prompt) for prompt in PROMPTS]


def test_a_chain():
    prompt = PromptTemplate.from_template("Tell me about {animal}")
    chain = prompt | Replicate(model=LLAMA) | StrOutputParser()

    assert chain.invoke({"animal": "llamas"}) == answer("Tell me about llamas")


def test_the_first_input_is_the_prompt():
    """It is found in the schema of the version."""
    llm = Replicate(model=VICUNA_VERSION)
    llm.invoke("a llama")

    assert llm.prompt_key == "prompt"
    assert llm.version_obj.id in VICUNA_VERSION


def test_a_failure():
    with pytest.raises(RuntimeError, match="no word about llamas"):
        Replicate(model="sandbox/grumbler").invoke("llamas")
