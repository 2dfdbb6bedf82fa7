"""What a model writes, made fit for a stream and for the database."""


def storable(text: str) -> str:
    """Without U+0000, which PostgreSQL cannot hold, and with U+FFFD for half characters, which UTF-8 cannot."""
    if text.isascii():
        return text.replace("\x00", "")
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole.replace("\x00", "")
