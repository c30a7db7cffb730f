"""Answers that may be a little old, in Redis. Without Redis each is made anew."""

import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

log = logging.getLogger("cache")


class Cache:
    def __init__(self, redis: Redis, seconds: int) -> None:
        self.redis = redis
        self.seconds = seconds

    async def get(self, key: str, make: Callable[[], Awaitable[Any]]) -> tuple[Any, bool]:
        """The answer, and whether it was there already."""
        try:
            known = await self.redis.get(key)
        except RedisError as error:
            log.warning("Redis does not answer: %s", error)
            return await make(), False
        if known is not None:
            return json.loads(known), True
        answer = await make()
        try:
            await self.redis.set(key, json.dumps(answer), ex=self.seconds)
        except RedisError as error:
            log.warning("Redis takes nothing: %s", error)
        return answer, False
