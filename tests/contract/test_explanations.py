"""How an explanation is found, and how it reads."""

from __future__ import annotations

from sdctl.guide import explaining
from sdctl.guide.meanings import meanings
from sdctl.guide.word import glossaries


def test_a_word_may_be_asked_for_in_the_plural() -> None:
    for word, one in (("queues", "queue"), ("timeouts", "timeout"), ("leases", "lease")):
        assert explaining.find(word) == explaining.find(one)


def test_a_settings_two_words_may_be_asked_for_with_a_dot_between() -> None:
    assert explaining.find("app.autoscale.max") == explaining.find("app.autoscale_max")


def test_one_word_must_have_one_meaning_in_one_place() -> None:
    assert [found.also for found in explaining.find("votes so far")] == [("raft_term", "term")]


def test_an_explanation_must_be_short() -> None:
    """Three sentences, as a newcomer reads them."""
    for meaning in meanings():
        assert 1 <= explaining.sentences(meaning.text) <= 3, meaning
        assert meaning.text.endswith("."), meaning
        assert "  " not in meaning.text, meaning
        assert len(meaning.text.split()) <= 100, meaning


def test_a_word_must_be_explained_once_in_one_place() -> None:
    for glossary in glossaries().values():
        names = [name for word in glossary.words for name in (word.name, *word.also)]
        assert len(names) == len(set(names)), sorted(names)
