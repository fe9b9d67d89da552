"""Event loops, threads, forks and ends: one client for all of them."""

from __future__ import annotations

import asyncio
import concurrent.futures
import functools
import gc
import os
import pickle
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest
from anyio import to_thread

import replicate
from replicate import exceptions
from replicate.sandbox import File


@pytest.fixture
def shout(sandbox):
    @sandbox.model("me/shout", official=True)
    def shout(text: str) -> str:
        return text.upper()

    @sandbox.model("me/slow", official=True)
    def slow() -> str:
        from replicate.sandbox import current_prediction

        current_prediction().sleep(30)
        return "done"

    return sandbox


@pytest.fixture
def default(shout, monkeypatch):
    """Point the module's own client at the sandbox."""
    monkeypatch.setenv("REPLICATE_BASE_URL", shout.url)
    monkeypatch.setenv("REPLICATE_API_TOKEN", shout.token)
    yield replicate
    replicate.default_client.close()


def test_asyncio_run_again_and_again_on_the_default_client(default):
    for number in range(4):
        assert asyncio.run(default.async_run("me/shout", {"text": str(number)})) == str(number)


def test_connections_of_a_loop_are_closed_with_it(default):
    async def main():
        await default.async_run("me/shout", {"text": "a"})
        return default.default_client._http.connections._loops

    pools = asyncio.run(main())
    assert pools == {}
    gc.collect()  # an open socket would warn here, which is an error


def test_loops_in_several_threads(client, shout):
    def work(number):
        async def main():
            runs = (client.async_run("me/shout", {"text": f"{number}-{i}"}) for i in range(5))
            return await asyncio.gather(*runs)

        return asyncio.run(main())

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for number, results in enumerate(pool.map(work, range(8))):
            assert results == [f"{number}-{i}" for i in range(5)]


def test_threads_share_one_http_client(client, shout):
    barrier = threading.Barrier(16)
    seen = set()

    def work(number):
        barrier.wait()
        seen.add(id(client._client))
        return client.run("me/shout", {"text": str(number)})

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        assert list(pool.map(work, range(16))) == [str(number) for number in range(16)]
    assert len(seen) == 1


def test_blocking_calls_inside_a_running_loop(client, shout):
    async def main():
        first = client.run("me/shout", {"text": "a"})
        second = await client.async_run("me/shout", {"text": "b"})
        words = []
        third = functools.partial(client.run, "me/shout", {"text": "c"})
        for event in client.stream("sandbox/storyteller", input={"prompt": "x"}):
            words.append(str(event))
            await asyncio.sleep(0)
        return first, second, await to_thread.run_sync(third), words

    first, second, third, words = asyncio.run(main())
    assert (first, second, third) == ("A", "B", "C")
    assert len(words) > 5


def test_async_is_really_concurrent(client, sandbox):
    barrier = threading.Barrier(5)

    @sandbox.model("me/meet", official=True)
    def meet() -> int:
        return barrier.wait(20)

    async def main():
        return await asyncio.gather(*(client.async_run("me/meet", {}) for _ in range(5)))

    assert sorted(asyncio.run(main())) == [0, 1, 2, 3, 4]


def test_trio(client, shout):
    trio = pytest.importorskip("trio")

    async def main():
        return await client.async_run("me/shout", {"text": "a"})

    assert trio.run(main) == "A"
    assert trio.run(main) == "A"


@pytest.mark.skipif(sys.platform == "win32", reason="uvloop is not for Windows")
def test_uvloop(shout):
    pytest.importorskip("uvloop")
    process = script(
        """
        import asyncio, replicate, uvloop

        async def main():
            events = replicate.async_stream("sandbox/storyteller", {"prompt": "x"})
            assert len([event async for event in events]) > 5
            file = await replicate.async_run("sandbox/painter", {"prompt": "x"})
            assert (await file.aread())[1:4] == b"PNG"
            return await replicate.async_run("me/shout", {"text": "a"})

        for _ in range(2):
            loop = uvloop.new_event_loop()
            assert loop.run_until_complete(main()) == "A"
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()
        """,
        shout,
    )
    out, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (0, "")


def test_task_group_failure_cancels_the_others(client, shout):
    async def fail():
        while not shout.predictions:
            await asyncio.sleep(0.01)
        raise RuntimeError("elsewhere")

    async def main():
        async with asyncio.TaskGroup() as group:
            group.create_task(client.async_run("me/slow", {}, wait=False))
            group.create_task(fail())

    if not hasattr(asyncio, "TaskGroup"):
        pytest.skip("asyncio has task groups from 3.11 on")
    with pytest.raises(BaseExceptionGroup) as caught:  # noqa: F821
        asyncio.run(main())
    assert "elsewhere" in str(caught.value.exceptions)
    assert [run.status for run in shout.predictions.values()] == ["canceled"]


def test_wait_for_cancels(client, shout):
    async def main():
        await asyncio.wait_for(client.async_run("me/slow", {}, wait=False), 0.3)

    with pytest.raises(asyncio.TimeoutError):
        asyncio.run(main())
    assert [run.status for run in shout.predictions.values()] == ["canceled"]


def test_timeout_block_cancels(client, shout):
    if not hasattr(asyncio, "timeout"):
        pytest.skip("asyncio has timeout() from 3.11 on")

    async def main():
        async with asyncio.timeout(0.3):
            await client.async_run("me/slow", {}, wait=False)

    with pytest.raises(TimeoutError):
        asyncio.run(main())
    assert [run.status for run in shout.predictions.values()] == ["canceled"]


# The background jobs of a shell ignore Ctrl-C, and so would the programs of its children.
HEAR_CTRL_C = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"


def script(code, sandbox, **options):
    environment = {
        **os.environ,
        "REPLICATE_BASE_URL": sandbox.url,
        "REPLICATE_API_TOKEN": sandbox.token,
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", HEAR_CTRL_C + textwrap.dedent(code)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
@pytest.mark.parametrize(
    "call",
    [
        "replicate.run('me/slow', {}, wait=False)",
        "asyncio.run(replicate.async_run('me/slow', {}, wait=False))",
    ],
)
def test_ctrl_c_cancels_the_prediction(shout, call):
    process = script(f"import asyncio, replicate; {call}", shout)
    deadline = time.monotonic() + 20
    while not any(run.status == "processing" for run in shout.predictions.values()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    [run] = shout.predictions.values()
    assert run.status == "canceled"
    assert "KeyboardInterrupt" in errors
    if sys.version_info >= (3, 11):
        assert run.id in errors


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_forked_child_has_connections_of_its_own(shout):
    process = script(
        """
        import os, replicate
        assert replicate.run("me/shout", {"text": "parent"}) == "PARENT"
        for _ in range(3):
            if os.fork() == 0:
                assert replicate.run("me/shout", {"text": "child"}) == "CHILD"
                os._exit(0)
        for _ in range(3):
            assert os.wait()[1] == 0
        assert replicate.run("me/shout", {"text": "again"}) == "AGAIN"
        """,
        shout,
    )
    out, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (0, "")


def test_program_that_closes_nothing_ends_silently(shout):
    process = script(
        """
        import asyncio, replicate
        replicate.run("me/shout", {"text": "a"})
        asyncio.run(replicate.async_run("me/shout", {"text": "a"}))
        for event in replicate.stream("sandbox/storyteller", input={"prompt": "x"}):
            break
        stream = replicate.stream("sandbox/storyteller", input={"prompt": "x"})
        next(stream)
        """,
        shout,
    )
    out, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (0, "")


def test_loop_that_ends_in_the_middle_ends_silently(shout):
    # The event loop closes what it has seen begin, in no order: again and again, to see them all.
    version = shout.models["sandbox/storyteller"].latest_version.id
    process = script(
        f"""
        import asyncio, replicate

        async def main():
            story = {{"prompt": "x"}}
            file = await replicate.async_run("sandbox/painter", story)
            output = await replicate.async_run("sandbox/storyteller:{version}", story)
            stream = replicate.async_stream("sandbox/storyteller", story)
            global left
            left = [items.__aiter__() for items in (file, output, stream)]
            for items in left:
                await items.__anext__()

        for _ in range(5):
            asyncio.run(main())
        """,
        shout,
    )
    out, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (0, "")


def test_task_that_a_loop_leaves_behind_is_collected_silently(shout):
    """Its context variables are those of the task: outside it there is nothing to set back."""

    @shout.model("me/never", official=True)
    def never() -> str:
        from replicate.sandbox import current_prediction

        current_prediction().sleep(30)
        return "done"

    process = script(
        """
        import asyncio, gc, replicate, warnings

        warnings.simplefilter("ignore", ResourceWarning)
        asyncio.run(replicate.async_run("me/shout", {"text": "a"}))  # everything is imported
        for options in ({}, {"timeout": 60}):
            loop = asyncio.new_event_loop()
            loop.set_exception_handler(lambda *_: None)
            task = loop.create_task(replicate.async_run("me/never", {}, wait=False, **options))
            loop.run_until_complete(asyncio.sleep(0.5))
            loop.close()
            del task
            gc.collect()
        """,
        shout,
    )
    out, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (0, "")


def test_process_pool(shout):
    process = script(
        """
        import concurrent.futures, functools, multiprocessing, operator, replicate

        prediction = replicate.predictions.create(model="me/shout", input={"text": "a"}, wait=True)
        shout = functools.partial(replicate.run, "me/shout")
        for method in multiprocessing.get_all_start_methods():
            if method != "fork":  # which has a test of its own, and warns
                context = multiprocessing.get_context(method)
                with concurrent.futures.ProcessPoolExecutor(2, context) as pool:
                    assert list(pool.map(shout, [{"text": "b"}, {"text": "c"}])) == ["B", "C"]
                    assert pool.submit(operator.attrgetter("output"), prediction).result() == "A"
                    try:
                        pool.submit(replicate.models.get, "me/none").result()
                    except replicate.exceptions.NotFoundError as error:
                        assert error.status == 404
        """,
        shout,
    )
    out, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, "")


def test_pickles_have_no_token(client, shout):
    prediction = client.predictions.create(model="me/shout", input={"text": "a"}, wait=True)
    assert pickle.loads(pickle.dumps(prediction)) == prediction
    assert shout.token.encode() not in pickle.dumps(prediction)
    error = exceptions.ModelError(prediction)
    assert pickle.loads(pickle.dumps(error)).prediction == prediction


def test_closed_client_opens_again(call, client, shout):
    call(client.run, "me/shout", {"text": "a"})
    with client:
        pass
    assert call(client.run, "me/shout", {"text": "b"}) == "B"

    async def main():
        async with client:
            await client.async_run("me/shout", {"text": "c"})
        return await client.async_run("me/shout", {"text": "d"})

    assert asyncio.run(main()) == "D"


@pytest.mark.parametrize(
    "options",
    [{}, {"base_url": "http://127.0.0.1:9", "timeout": 3, "max_retries": 1}],
)
def test_a_client_without_secrets_takes_the_token_of_where_it_is_unpickled(options, monkeypatch):
    client = replicate.Client(**options)
    client.poll_interval = 2
    monkeypatch.setenv("REPLICATE_API_TOKEN", "of-the-sender")
    pickled = pickle.dumps(client)
    assert b"of-the-sender" not in pickled
    monkeypatch.setenv("REPLICATE_API_TOKEN", "of-the-worker")
    copy = pickle.loads(pickled)
    assert copy._token() == "of-the-worker"
    assert (copy._base(), copy._timeout) == (client._base(), client._timeout)
    assert (copy.max_retries, copy.poll_interval) == (client.max_retries, 2)


@pytest.mark.parametrize(
    "options",
    [
        {"api_token": "secret"},
        {"headers": {"X-Key": "secret"}},
        {"auth": ("user", "secret")},
        {"base_url": "http://user:secret@example.com"},
    ],
)
def test_a_client_with_secrets_does_not_pickle(options):
    with pytest.raises(TypeError, match="each process"):
        pickle.dumps(replicate.Client(**options))


def test_client_with_a_token_does_not_pickle(client, monkeypatch):
    with pytest.raises(TypeError, match="each process"):
        pickle.dumps(client)
    assert pickle.loads(pickle.dumps(replicate.default_client)) is replicate.default_client
    monkeypatch.setattr(replicate.default_client, "api_token", "secret")
    with pytest.raises(TypeError, match="each process"):
        pickle.dumps(replicate.run)


def test_break_out_of_a_download_at_the_end_of_a_loop(client, sandbox):
    from replicate.helpers import FileOutput

    file = client.run("sandbox/painter", {"prompt": "x", "width": 512, "height": 512})
    sandbox.fault("output", trickle=0.001, times=None)

    async def main():
        async for chunk in FileOutput(file.url, client):
            assert chunk
            break

    for _ in range(3):
        asyncio.run(main())
    gc.collect()
    for chunk in file:
        assert chunk
        break


def test_loop_that_was_closed_in_the_middle_of_a_download(sandbox):
    """What it has left over does not keep the next loop from ending."""

    @sandbox.model("me/big", official=True)
    def big() -> File:
        return File(bytes(4_000_000), "big.bin")

    code = """
        import asyncio
        import gc
        import warnings
        import replicate

        warnings.simplefilter("ignore")  # nobody closes what that loop had open
        file = replicate.run("me/big", {})

        async def leave_early():
            async for _ in file:
                break
            gc.collect()
            await asyncio.sleep(0)

        loop = asyncio.new_event_loop()
        loop.run_until_complete(leave_early())
        loop.close()

        async def read():
            return await file.aread()

        print(asyncio.run(read()) == file.read())
    """
    out, _ = script(code, sandbox).communicate(timeout=30)
    assert out == "True\n"


class Busy(asyncio.SelectorEventLoop):
    """A loop during whose question whether it is closed another thread sends a request."""

    meanwhile = None

    def is_closed(self):
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            thread = threading.Thread(target=meanwhile)
            thread.start()
            thread.join()
        return super().is_closed()


def test_loops_that_begin_and_end_in_several_threads(client):
    """None of them minds that another one has begun or was forgotten meanwhile."""
    kept = []

    def ask():
        loop = asyncio.new_event_loop()
        kept.append(loop)
        return loop.run_until_complete(client.accounts.async_current())

    busy = Busy()
    busy.run_until_complete(client.accounts.async_current())
    busy.close()
    busy.meanwhile = ask
    assert ask().username
    assert len(kept) == 2
    for loop in kept:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
