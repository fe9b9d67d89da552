"""Generate generated/replicate_api from openapi.yaml; `python -m codegen --help` for the commands.

    openapi.yaml ─▶ corrections ─▶ schemas, operations ─▶ Api ─▶ generator ─▶ generated/
                                                           └──▶ diff

What we decide is data: corrections.yaml (where the wire is known to differ, and why), models.yaml
(names, and the fields that identify an object) and generator.yaml; all else follows from the
document. docs/generation.md is about it.
"""
