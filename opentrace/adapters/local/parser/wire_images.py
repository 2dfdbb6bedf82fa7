"""Pictures of elements as JSON values, and back."""

import base64
import binascii
from typing import Any, get_args

from opentrace.adapters.local.parser.wire_values import MalformedMessage
from opentrace.ports.document_parser import ElementImage, ImageMediaType

MAX_SIDE_PX = 20_000

_MEDIA_TYPES: frozenset[str] = frozenset(get_args(ImageMediaType))
_MAGIC = {
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/webp": (b"RIFF",),
    "image/gif": (b"GIF87a", b"GIF89a"),
}


def image_values(image: ElementImage | None) -> list[Any] | None:
    if image is None:
        return None
    return [image.media_type, base64.b64encode(image.data).decode("ascii"), image.width_px, image.height_px]


def image_chars(image: ElementImage | None) -> int:
    """How long its values are as text, about."""
    return len(image.data) * 4 // 3 if image is not None else 0


def decode_image(values: object) -> ElementImage | None:
    """Raises MalformedMessage. A browser is sent these bytes, so they are at least of the type that they claim."""
    match values:
        case None:
            return None
        case [str(media_type), str(encoded), int(width_px), int(height_px)] if media_type in _MEDIA_TYPES:
            pass
        case _:
            raise MalformedMessage("an element's image")
    if not 0 < width_px <= MAX_SIDE_PX or not 0 < height_px <= MAX_SIDE_PX:
        raise MalformedMessage("an image's size")
    try:
        data = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedMessage("an image's bytes") from error
    if not data.startswith(_MAGIC[media_type]):
        raise MalformedMessage("an image's type")
    return ElementImage(media_type, data, width_px, height_px)  # pyright: ignore[reportArgumentType] -- checked above
