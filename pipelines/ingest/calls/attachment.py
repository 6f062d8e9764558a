"""What a message holds beside words: images, sound, video and files, in the dialects of those who log.

Nobody reads these. Each leaves a typed token where it stood, so that whoever reads the conversation knows
that something was there, and a message of tokens alone is not taken for one that was looked at (`NOT_TEXT`).
"""

from __future__ import annotations

from typing import Any

KINDS = {
    **dict.fromkeys(("image", "image_url", "image_file", "input_image"), "image"),
    **dict.fromkeys(("audio", "audio_url", "input_audio", "output_audio"), "audio"),
    **dict.fromkeys(("video", "video_url", "input_video"), "video"),
    **dict.fromkeys(("file", "file_url", "input_file", "document", "media", "blob", "uri"), "file"),
}
"""What a part holds, by its type; of a file, modality and content type tell more."""
SPOKEN_FOR = ("modality", "mime_type", "mimeType", "media_type", "mediaType")
HOLDERS = ("inline_data", "inlineData", "file_data", "fileData")
"""Names under which Google's format keeps what is no text."""


def name_attachment(part: dict[str, Any]) -> str:
    """The token of a part that is an image, a sound, a video or a file; empty for any other part."""
    held = next((part[name] for name in HOLDERS if isinstance(part.get(name), dict)), None)
    told = part if held is None else {**held, "type": "file"}
    kind = KINDS.get(str(told.get("type")))
    if kind is None or read_transcript(part):
        return ""
    said = (str(told.get(name)).partition("/")[0].lower() for name in SPOKEN_FOR)
    return f"[{next((one for one in said if one in KINDS), kind)}]"


def read_transcript(part: dict[str, Any]) -> str:
    """What was said in a sound, where the log has it in words; empty for any other part."""
    is_sound = KINDS.get(str(part.get("type"))) == "audio"
    spoken = part.get("transcript") if is_sound else None
    return spoken.strip() if isinstance(spoken, str) else ""
