"""Shows what is remembered, as it comes in."""

from service.entrypoint import Needs

NEEDS = Needs(variables=("API_URL", "ANALYTICS_URL"))
