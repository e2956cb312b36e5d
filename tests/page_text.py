"""What somebody reads on a page."""

from __future__ import annotations

import re
from html import unescape
from typing import Any


def text_of(response: Any) -> str:
    """The page's words, tags stripped and white space squeezed."""
    body = re.sub(r"<(script|style|noscript)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())


def rows_of(response: Any) -> list[Any]:
    """The records a list page shows."""
    return [row.record for row in response.context["table"].page.object_list]


def messages_of(response: Any) -> list[str]:
    """The messages a followed POST ended with."""
    return [str(message) for message in response.context["messages"]]


def body_of(response: Any) -> bytes:
    """The bytes of a file that is sent."""
    return b"".join(response.streaming_content)
