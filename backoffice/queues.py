"""The queues work is sent to; each is consumed by a worker of docker-compose.yml (a test compares them)."""

from enum import StrEnum


class Queue(StrEnum):
    """Short work, long file intake, and printing never wait for each other."""

    DEFAULT = "default"
    IMPORT = "import"
    RENDERING = "rendering"
