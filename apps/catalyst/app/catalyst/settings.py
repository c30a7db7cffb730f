"""What the environment says, read once."""

from dataclasses import dataclass
from os import environ


@dataclass(frozen=True)
class Settings:
    database_url: str
    redis_url: str
    log_level: str
    max_picture_bytes: int

    @classmethod
    def from_environment(cls) -> "Settings":
        return cls(
            database_url=environ["DATABASE_URL"],
            redis_url=environ["REDIS_URL"],
            log_level=environ.get("LOG_LEVEL", "INFO"),
            max_picture_bytes=int(environ.get("MAX_PICTURE_BYTES", "10485760")),
        )
