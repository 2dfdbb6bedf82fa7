"""Makes the pictures of the README and of the landing page from the screenshots that `pictures.spec.ts` took."""

from pathlib import Path

from PIL import Image

CLIENT = Path(__file__).parents[1]
README_IMAGES = CLIENT.parent / "docs" / "images"
LANDING_IMAGES = CLIENT / "src" / "features" / "landing"
MOST_BYTES = 300_000


def main() -> None:
    for theme in ("light", "dark"):
        with Image.open(CLIENT / "screenshots" / "pictures" / f"chat-{theme}.png") as screenshot:
            _write(screenshot, LANDING_IMAGES / f"chat-{theme}.webp")
            if theme == "light":
                _write(screenshot, README_IMAGES / "chat-with-open-citation.webp")


def _write(screenshot: Image.Image, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    screenshot.convert("RGB").save(target, quality=84, method=6)
    if target.stat().st_size > MOST_BYTES:
        raise SystemExit(f"{target} has more than {MOST_BYTES} bytes.")


if __name__ == "__main__":
    main()
