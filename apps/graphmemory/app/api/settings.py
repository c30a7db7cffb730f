import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    database_url: str
    redis_url: str
    analytics_url: str
    # How long answers from analytics may be old.
    cache_seconds: int

    @classmethod
    def read(cls) -> "Settings":
        return cls(
            database_url=os.environ["DATABASE_URL"],
            redis_url=os.environ["REDIS_URL"],
            analytics_url=os.environ["ANALYTICS_URL"],
            cache_seconds=int(os.environ.get("CACHE_SECONDS", "30")),
        )
