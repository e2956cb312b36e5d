"""Everything Todoke needs on one machine: libraries, fonts, PostgreSQL, Redis, workers and web.

Only the standard library is imported here, because this is what makes the virtual environment.
For development and demonstration; production is docker-compose.yml, or any place that sets its variables.
"""
