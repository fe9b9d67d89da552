"""Talk with a language model in the terminal; an empty line ends it, Ctrl-C an answer.

python examples/chat.py
"""

from __future__ import annotations

import replicate
from replicate.exceptions import ReplicateException

MODEL = "meta/meta-llama-3-70b-instruct"


def answer(history):
    """Print the answer while it comes, and return what came of it."""
    words = []
    try:
        for event in replicate.stream(MODEL, input={"prompt": "\n".join(history)}):
            words.append(str(event))
            print(event, end="", flush=True)
    except KeyboardInterrupt:  # the prediction is canceled, the conversation goes on
        print(" ...", end="")
    except ReplicateException as error:
        print(f"[{error}]", end="")
    print()
    return "".join(words)


def main():
    history = []
    while True:
        try:
            question = input("> ").strip()
        except (EOFError, KeyboardInterrupt):
            return
        if not question:
            return
        history.append(f"User: {question}")
        history.append(f"Assistant: {answer(history)}")


if __name__ == "__main__":
    main()
