"""Which thread each call of a file belongs to, where its own record does not say it.

A thread without an id is named by what others of its file say: the call that began it, the retry that
answered it, the words of a sound. Erasure asks this again of files that were taken in long ago.
"""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.ingest.calls.link import Links
from pipelines.ingest.calls.transcript import Call, Transcripts


class Belonging:
    """The threads of a file's calls, named as ingest names them."""

    def __init__(self, calls: Iterable[Call]) -> None:
        whole = list(calls)
        self._links = Links(whole)
        transcripts = Transcripts()
        for call in whole:
            if call.said:
                transcripts.add(self._links.resolve(call))
        self._joined = transcripts.find_joined()

    def name(self, call: Call) -> str:
        """The thread of a call."""
        return self._join(self._links.resolve(call))

    def list_names(self, call: Call) -> set[str]:
        """Every thread that a call may have been taken in as; which others were rejected is not known."""
        resolved = self._links.resolve(call)
        names = {call.thread_id, resolved.thread_id, self._join(resolved)}
        # Of one that follows none, whoever followed it may have gone since.
        if call.can_follow and call.follows is None and call.call_id is not None:
            names.add(call.call_id)
        return names

    def _join(self, resolved: Call) -> str:
        thread = resolved.thread_id
        return self._joined.get((thread, resolved.began_at), thread)


def depends_on_others(call: Call) -> bool:
    """Whether the thread of a call may be named by what others of its file say."""
    return call.thread is None and (
        call.can_follow
        or any(one.sound_id is not None for one in call.messages)
        or all(one.role != "assistant" for one in call.said)
    )
