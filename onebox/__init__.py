"""Everything Todoke needs on one machine: libraries, fonts, a private PostgreSQL, a private Redis, workers and the web.

Only the standard library is imported here, because this is what makes the virtual environment in the first place.
Development and demonstration only; production is docker-compose.yml or any other place that sets the same variables.
"""
