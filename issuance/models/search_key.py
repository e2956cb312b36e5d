from __future__ import annotations

from django.db import models

from issuance.models.insured_person import InsuredPerson


class SearchKey(models.Model):
    """検索キー: what a person is found under, once by the name and once by the reading.

    A view over the people, never written to. Ordered by key it is two walks along two indexes, merged by the database: what is
    looked for in either column is found in order without sorting everybody who is called so.
    """

    class Way(models.TextChoices):
        NAME = "name"
        READING = "reading"

    pk = models.CompositePrimaryKey("person_id", "way")
    person = models.ForeignKey(
        InsuredPerson, on_delete=models.DO_NOTHING, related_name="search_keys", db_constraint=False
    )
    way = models.CharField(max_length=8, choices=Way)
    key = models.CharField(max_length=600, db_collation="C")

    class Meta:
        managed = False

    def __str__(self) -> str:
        return f"{self.way} of person {self.person_id}"
