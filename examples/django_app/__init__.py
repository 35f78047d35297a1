"""A Django app with Celery: what mainstay makes of a row is kept in one transaction with it."""
