"""The app's own rows."""

from django.db import models


class Workout(models.Model):
    """What somebody did."""

    person = models.TextField()
    minutes = models.IntegerField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.person}, {self.minutes} minutes"


class Closing(models.Model):
    """A day that is evaluated, and how many deserve recognition although they missed it."""

    day = models.DateField(unique=True)
    missed = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.day}: {self.missed}"
