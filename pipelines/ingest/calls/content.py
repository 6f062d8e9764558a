"""What was said, in the many shapes in which providers and frameworks write a message.

A message has a role and content; content is a text or a list of parts. Only text is read: tool calls, their
results and reasoning are not messages. Of a sound the words count, where the log has them; an image, another
sound or a file leaves a token where it stood.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Set
from dataclasses import dataclass
from typing import Any

from pipelines.ingest.calls.attachment import name_attachment, read_transcript
from pipelines.ingest.calls.moderation import Score
from pipelines.ingest.field import RecordError
from pipelines.ingest.files.nesting import write_json
from pipelines.ingest.reason import Reason

ROLES = {
    "user": "user", "human": "user",
    "assistant": "assistant", "ai": "assistant", "model": "assistant", "gpt": "assistant",
    "chatgpt": "assistant", "bard": "assistant", "bing": "assistant", "bot": "assistant",
    "system": "system", "developer": "system",
    "tool": "tool", "function": "tool", "ipython": "tool", "function_call": "tool", "observation": "tool",
    # The names of LangChain's classes, which traces of it hold.
    "humanmessage": "user", "aimessage": "assistant", "aimessagechunk": "assistant",
    "systemmessage": "system", "toolmessage": "tool", "functionmessage": "tool",
}  # fmt: skip
TEXT_PARTS = frozenset({"text", "input_text", "output_text", "refusal"})
TOOL_PARTS = frozenset(
    {
        "tool_call",
        "tool_use",
        "tool_call_response",
        "tool_result",
        "function_call",
        "function_call_output",
        "functionCall",
        "function_response",
        "functionResponse",
    }
)
TOOL_FINISHES = frozenset({"tool_call", "tool_calls", "tool_use"})


@dataclass(frozen=True)
class Said:
    """One message: `role` is user, assistant, system or tool, or None if the log's role is not known.

    `is_tool`: a call or a result of a tool that the log writes as if a person or the assistant said it.
    `words`: what the message is known by, where that is not its text; empty if it holds attachments alone.
    `sound_id` names the sound that the assistant answered with: later calls say its id and not its words.
    """

    role: str | None
    text: str
    sent_at: int | None = None
    scores: tuple[Score, ...] = ()
    is_tool: bool = False
    words: str | None = None
    sound_id: str | None = None

    @property
    def known_by(self) -> str:
        """What names the message in a transcript: never what only stands for something beside its words."""
        return (self.text if self.words is None else self.words).strip()

    @property
    def is_message(self) -> bool:
        """Whether a person or the assistant said something."""
        return self.is_extracted and not self.is_tool

    @property
    def is_extracted(self) -> bool:
        """The same, with what tools said in someone's name."""
        return self.role in ("user", "assistant") and bool(self.text.strip())


def read_messages(values: object) -> tuple[Said, ...]:
    """The messages of a list; an entry that is no object is nothing anyone said."""
    given = values if isinstance(values, list) else [values]
    entries = [_unwrap(one) for one in given if isinstance(one, dict)]
    tools = {name for entry in entries for name in _called(entry)}
    return tuple(read_message(entry, tools=tools) for entry in entries)


def _unwrap(entry: dict[str, Any]) -> dict[str, Any]:
    """A message as LangChain writes its objects: the class, and what it was made with."""
    made_with, names = entry.get("kwargs"), entry.get("id")
    if isinstance(made_with, dict) and isinstance(names, list) and names:
        return {"type": names[-1], **made_with}
    return entry


def read_message(message: dict[str, Any], *, tools: Set[str] = frozenset()) -> Said:
    """The message that an object holds, whatever its dialect; `tools` are names that stand as roles."""
    if message.get("type") in TOOL_PARTS or str(message.get("role")) in tools:
        return Said("tool", "")
    content = next((message[key] for key in ("content", "parts", "text") if message.get(key)), None)
    sound = message.get("audio")
    if content is None and isinstance(sound, dict):  # an answer in sound: words beside it, if any
        content = [{**sound, "type": "audio"}]
    shown, words = read_text(content), read_text(content, with_attachments=False)
    text = shown or read_text(message.get("refusal"))
    named = message.get("role") or message.get("type")
    role = ROLES.get(named.lower()) if isinstance(named, str) else None
    if not text and (response := _function_response(content)):
        return Said(role, response, is_tool=True)
    is_tool_result = not text and _holds_tool_result(content)
    is_written_call = message.get("finish_reason") in TOOL_FINISHES and text.lstrip().startswith(("[{", "{"))
    sound_id = sound.get("id") if isinstance(sound, dict) else None
    return Said(
        "tool" if is_tool_result else role,
        text,
        is_tool=is_written_call,
        words=None if words == shown else words,
        sound_id=sound_id if isinstance(sound_id, str) else None,
    )


def check_roles(messages: tuple[Said, ...], path: str) -> None:
    """Nothing that was said is left out because nobody knows whose words it is.

    Raises:
        RecordError: `unknown_role`.
    """
    for place, said in enumerate(messages):
        if said.role is None and said.text.strip():
            raise RecordError(Reason.UNKNOWN_ROLE, f"{path}.{place}.role")


def drop_repeated(asked: tuple[Said, ...], answer: tuple[Said, ...]) -> tuple[Said, ...]:
    """What is new in an answer: some frameworks give back their whole state, with all that was said before.

    Goes: a beginning that is the input, all up to where the input's last words of the person stand, and
    whatever else is said to be the person's; nothing, where the input has no words of theirs.
    """
    question = [(one.role, one.known_by) for one in asked if one.is_message]
    spoken = [place for place, one in enumerate(answer) if one.is_message]
    said = [(answer[place].role, answer[place].known_by) for place in spoken]
    known = len(question) if said[: len(question)] == question else 0
    last = next((one for one in reversed(question) if one[0] == "user"), None)
    if last is None:
        return answer
    known = max([known, *(place + 1 for place, one in enumerate(said) if one == last)])
    begins = spoken[known - 1] + 1 if known else 0
    return tuple(one for one in answer[begins:] if one.role != "user" or not one.is_message)


def _called(message: dict[str, Any]) -> Iterator[str]:
    """Names of the tools that a message calls; traces of LangGraph have them as roles of what came back."""
    calls = message.get("tool_calls")
    for call in calls if isinstance(calls, list) else []:
        for holder in (call, call.get("function")) if isinstance(call, dict) else ():
            name = holder.get("name") if isinstance(holder, dict) else None
            if isinstance(name, str) and name.lower() not in ROLES:
                yield name


def read_text(content: object, *, with_attachments: bool = True) -> str:
    """The text of a content: itself, or its text parts and the tokens of attachments, one below the other.

    Where an answer cites, Anthropic cuts its sentences into parts, which go on where the one before ended.
    """
    if isinstance(content, str):
        return content
    if isinstance(content, dict):
        content = [content]
    if not isinstance(content, list):
        return ""
    parts = [part for part in content if with_attachments or not _is_attachment(part)]
    text, cites_before = "", False
    for part in parts:
        told, cites = _part_text(part), isinstance(part, dict) and bool(part.get("citations"))
        text += told if cites or cites_before or not (text and told) else f"\n{told}"
        cites_before = cites and bool(told)
    return text


def _is_attachment(part: object) -> bool:
    return isinstance(part, dict) and name_attachment(part) != ""


def _part_text(part: object) -> str:
    if isinstance(part, str):
        return part
    if not isinstance(part, dict) or part.get("thought"):
        return ""
    if told := name_attachment(part) or read_transcript(part):
        return told
    if part.get("type", "text") not in TEXT_PARTS:
        return ""
    found = next((part[key] for key in ("text", "content", "refusal") if part.get(key)), "")
    if isinstance(found, dict):  # the older assistant API: {"text": {"value": ...}}
        found = found.get("value", "")
    return found if isinstance(found, str) else ""


def _function_response(content: object) -> str:
    """What a function gave back, which Google's format writes in the user's role."""
    for part in content if isinstance(content, list) else []:
        given = (
            part.get("function_response", part.get("functionResponse")) if isinstance(part, dict) else None
        )
        if isinstance(given, dict) and given.get("response") is not None:
            return write_json(given["response"]).decode()
    return ""


def _holds_tool_result(content: object) -> bool:
    parts = content if isinstance(content, list) else []
    return any(
        isinstance(part, dict) and (part.get("type") in TOOL_PARTS or TOOL_PARTS & set(part))
        for part in parts
    )


def name_prompt(prompts: list[str]) -> str | None:
    """A short name for system prompts that have no version of their own: the same text, the same name."""
    told = "\x1e".join(prompt.strip() for prompt in prompts if prompt.strip())
    return f"prompt-{hashlib.sha256(told.encode()).hexdigest()[:10]}" if told else None
