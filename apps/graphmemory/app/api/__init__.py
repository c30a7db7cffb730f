"""Takes memories and answers questions about them. Postgres has the record, analytics an index of it."""

from service.entrypoint import Needs

NEEDS = Needs(
    variables=("ANALYTICS_URL",),
    folders=("PROMETHEUS_MULTIPROC_DIR",),
    servers=("DATABASE_URL", "REDIS_URL"),
)
