"""A predictor of Cog that calls another model: it writes a verse, and has it painted.

Inside a model on Replicate the token of whoever runs the model is used (Cog's current scope), and
`REPLICATE_API_TOKEN` elsewhere.
"""

import tempfile
from typing import List

from cog import BasePredictor, Input, Path

import replicate


class Predictor(BasePredictor):
    def predict(
        self,
        subject: str = Input(description="What the verse is about"),
        pictures: int = Input(description="How many pictures", default=1, ge=1, le=4),
    ) -> List[Path]:
        """Write a verse, and paint it."""
        verse = "".join(
            map(
                str,
                replicate.run(
                    "meta/meta-llama-3-70b-instruct",
                    input={"prompt": f"Four lines about {subject}."},
                ),
            )
        )
        print(verse)
        output = replicate.run(
            "black-forest-labs/flux-schnell", input={"prompt": verse, "num_outputs": pictures}
        )
        folder = tempfile.mkdtemp()
        return [Path(file.save(folder)) for file in output]
