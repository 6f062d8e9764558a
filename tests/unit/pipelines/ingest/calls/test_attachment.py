"""Images, sound and files in a message: each leaves its token, in every dialect, and nothing else does."""

import pytest

from pipelines.ingest.calls.content import read_message, read_text

NO_BYTES = "AAAA"


@pytest.mark.parametrize(
    ("part", "token"),
    [
        ({"type": "image_url", "image_url": {"url": "https://files.example/1.png"}}, "[image]"),
        ({"type": "input_image", "file_id": "f-1"}, "[image]"),
        ({"type": "input_audio", "input_audio": {"data": NO_BYTES, "format": "wav"}}, "[audio]"),
        ({"type": "input_audio", "transcript": "I feel low."}, "I feel low."),
        ({"type": "output_audio", "data": NO_BYTES, "transcript": "I am here."}, "I am here."),
        ({"type": "output_audio", "data": NO_BYTES, "transcript": " "}, "[audio]"),
        ({"type": "input_file", "file_id": "f-1"}, "[file]"),
        ({"type": "image", "source": {"type": "base64", "data": NO_BYTES}}, "[image]"),
        ({"type": "document", "source": {"type": "text", "data": NO_BYTES}}, "[file]"),
        ({"inline_data": {"mime_type": "audio/mp3", "data": NO_BYTES}}, "[audio]"),
        ({"fileData": {"mimeType": "video/mp4", "fileUri": "gs://bucket/1"}}, "[video]"),
        ({"type": "blob", "mime_type": "image/png", "content": NO_BYTES}, "[image]"),
        ({"type": "uri", "modality": "video", "uri": "https://files.example/1"}, "[video]"),
        ({"type": "media", "mime_type": "application/pdf", "data": NO_BYTES}, "[file]"),
        ({"type": "file", "mediaType": "image/jpeg", "url": "https://files.example/1"}, "[image]"),
        ({"type": "text", "text": "my picture"}, "my picture"),
        ({"type": "thinking", "thinking": "about an image"}, ""),
        ({"type": "tool_use", "name": "draw_image", "input": {}}, ""),
        ({"type": "file_search_call", "queries": []}, ""),
    ],
)  # fmt: skip
def test_what_is_no_text_leaves_a_token_and_what_nobody_said_leaves_none(part, token):
    assert read_text([part]) == token


def test_an_image_alone_is_a_message_and_an_image_beside_words_stands_below_them():
    image = {"type": "image_url", "image_url": {"url": "https://files.example/1.png"}}
    alone = read_message({"role": "user", "content": [image]})
    assert (alone.is_message, alone.text) == (True, "[image]")
    both = read_message({"role": "user", "content": [{"type": "text", "text": "Look."}, image]})
    assert both.text == "Look.\n[image]"


@pytest.mark.parametrize(
    ("sound", "text", "words"),
    [({"id": "a-1", "transcript": "I am here."}, "I am here.", "I am here."), ({"id": "a-1"}, "[audio]", "")],
)
def test_an_answer_in_sound_is_its_words_and_without_them_a_token(sound, text, words):
    said = read_message({"role": "assistant", "content": None, "audio": sound})
    assert (said.is_message, said.text, said.known_by) == (True, text, words)
    beside = read_message({"role": "assistant", "content": "Written.", "audio": sound})
    assert beside.text == "Written."
