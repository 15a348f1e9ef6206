"""A whole season: who takes part, and the order in which they make their appointments."""

from __future__ import annotations

from infra.playing.books import Books
from tests.season.document import document
from tests.season.operators import Operators
from tests.season.people import People
from tests.season.reckoning import Reckoning
from tests.season.schedule import Schedule
from tests.season.table import table
from tests.season.tills import Tills
from tests.season.town import Town


class Season:
    """`play` raises AssertionError at the first thing that cannot be."""

    def __init__(self, people: int, seed: int) -> None:
        declared = document(people)
        self.seed = seed
        self.town = Town(seed)
        self.books = Books(declared)
        self.tills = Tills(self.town, self.books)
        self.people = People(self.town, self.books, self.tills, people)
        self.operators = Operators(self.town, self.books, self.people, declared)
        self.schedule = Schedule(self.town, self.books)
        self.reckoning = Reckoning(self.town, self.books, self.people, self.operators)

    def play(self) -> None:
        for part in (self.operators, self.schedule, self.reckoning):
            part.appoint()
        self.people.wish()
        self.town.play()

    def table(self) -> str:
        return table(self.town, self.books, self.tills, self.reckoning.equations)
