"""When it is worth asking an endpoint of OpenAI's kind again."""

import openai


def retry_wait_s(error: Exception, *, attempt: int) -> float | None:
    """Seconds until it is worth trying again; None where it is not."""
    backoff_s = 0.5 * 2**attempt
    match error:
        case openai.RateLimitError():
            if error.code == "insufficient_quota":
                return None
            wait_s = retry_after_s(error)
            return backoff_s if wait_s is None else wait_s
        case openai.InternalServerError():
            return retry_after_s(error) or backoff_s
        case openai.APITimeoutError():
            return None
        case openai.APIConnectionError():
            return backoff_s
        case _:
            return None


def retry_after_s(error: openai.APIStatusError) -> float | None:
    """The `Retry-After` header in seconds; the form with a date, which no model server sends, counts as absent."""
    try:
        return max(0.0, float(error.response.headers["retry-after"]))
    except (KeyError, ValueError):
        return None
