"""The columns of `sdctl inspect` that tell of stores, the search and log lines."""

from __future__ import annotations

from sdctl.guide.word import Glossary, Word

GLOSSARY = Glossary(
    where="inspect: stores, search and log lines",
    words=(
        Word(
            name="by",
            text="Which replica read from the cache.",
        ),
        Word(
            name="hits",
            text="Reads that the cache answered; misses are those that it could not.",
            also=("misses", "hit", "miss"),
        ),
        Word(
            name="index",
            text="In etcd: the number of the last change, which is the same on all members "
            "that have caught up. In a store: what makes a search quick; in the search "
            "tier: a group of lines.",
            also=(
                "indexes",
                "index bytes",
                "indices",
            ),
        ),
        Word(
            name="collection",
            text="A group of documents in the document store, such as `events`.",
            also=(
                "collections",
                "size bytes",
            ),
        ),
        Word(
            name="columns",
            text="The fields of a table, or of an index.",
        ),
        Word(
            name="held",
            text="How much of its log a leader keeps for a follower that has not read it yet.",
            also=("replication slots",),
        ),
        Word(
            name="dead rows",
            text="Old versions of rows, which the database removes when it has time.",
        ),
        Word(
            name="lines",
            text="Log lines, each from one node.",
        ),
        Word(
            name="batches",
            text="Groups of lines that the search tier was given to keep.",
        ),
        Word(
            name="searches",
            text="How many searches were asked.",
        ),
        Word(
            name="taken",
            text="Lines that the search tier took. Those that it had already are counted "
            "apart, and are not there twice.",
            also=(
                "had already",
                "had_already",
            ),
        ),
        Word(
            name="put off",
            text="Lines that the search tier could not take at once; they are sent again.",
            also=("put_off",),
        ),
        Word(
            name="search away",
            text="How often the search tier was away when lines were to be sent. The collector "
            "keeps them on disk meanwhile.",
            also=("search_away",),
        ),
        Word(
            name="heap",
            text="Memory that Java uses for its objects now.",
            also=("heap bytes", "heap_bytes"),
        ),
        Word(
            name="documents",
            text="How many documents a collection holds.",
        ),
        Word(
            name="lag size",
            text="How much of its leader's log a follower has not applied yet. `lag time` is for "
            "how long it has been behind.",
            also=("lag time",),
        ),
        Word(
            name="sent",
            text="Lines that the collector gave to the search tier. One that it gives again counts "
            "again.",
        ),
        Word(
            name="waiting",
            text="Lines that wait in a queue of the collector now. Of a server of the search tier: "
            "batches that it has taken and not kept yet.",
        ),
    ),
)
