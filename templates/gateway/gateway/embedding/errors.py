"""What can go wrong between the gateway and a model."""

from __future__ import annotations


class UnknownModel(Exception):
    """No model of this name is configured."""

    def __init__(self, model: str) -> None:
        super().__init__(f"no model {model!r} is configured")
        self.model = model


class EmbeddingUnavailable(Exception):
    """The model gives no usable embeddings; `reason` holds neither keys nor texts. `retry_after`: seconds."""

    def __init__(self, model: str, reason: str, retry_after: float | None = None) -> None:
        super().__init__(f"model {model}: {reason}")
        self.model = model
        self.reason = reason
        self.retry_after = retry_after


class CallFailed(Exception):
    """One call failed in a way that another one may not; `after` is the wait that the service asked for."""

    def __init__(self, reason: str, after: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.after = after


class BadAnswer(Exception):
    """The service answered, but not with the embeddings that were asked for. Asking again would not help."""


class Refused(Exception):
    """The service refuses this request or our key: its own fault is not shown by it."""
