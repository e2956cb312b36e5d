"""What somebody reads on a page."""

from __future__ import annotations

import re
from html import unescape
from typing import Any


def text_of(response: Any) -> str:
    """The page's words, tags stripped and white space squeezed."""
    return _words(response.content.decode())


def text_in_the_readers_language(response: Any) -> str:
    """The page's words but for those that say of themselves that they are Japanese (`lang="ja"`)."""
    own = re.sub(r'<(\w+)(?=[^>]*\blang="ja")[^>]*>.*?</\1>', " ", response.content.decode(), flags=re.DOTALL)
    return _words(own)


def _words(body: str) -> str:
    told = re.sub(r"<(script|style|noscript)\b.*?</\1>", " ", body, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", told)).split())


def rows_of(response: Any) -> list[Any]:
    """The records a list page shows."""
    return [row.record for row in response.context["table"].page.object_list]


def messages_of(response: Any) -> list[str]:
    """The messages a followed POST ended with."""
    return [str(message) for message in response.context["messages"]]


def body_of(response: Any) -> bytes:
    """The bytes of a file that is sent."""
    return b"".join(response.streaming_content)
