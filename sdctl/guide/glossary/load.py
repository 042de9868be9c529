"""The result of a load, and the view while it runs."""

from __future__ import annotations

from sdctl.guide.word import Glossary, Word

GLOSSARY = Glossary(
    where="the result of a load",
    words=(
        Word(
            name="error answers",
            text="Answers with 400 and more, by the tier that gave them and the reason that stands "
            "in them. A 503 of the gateway or the lb never came to the service; one of the app "
            "says what it lacked, such as the database's leader.",
            also=("error_answers", "errors", "503", "502", "504"),
        ),
        Word(
            name="workload",
            text="What a load sends: which requests, and how many of each. `sdctl load --workload` "
            "chooses one. Beside it stands how long requests were sent; on a full machine, which "
            "sends late, that can be a little longer than was asked for.",
        ),
        Word(
            name="rps",
            text="Requests per second. Three of them are shown: target, offered and achieved.",
        ),
        Word(
            name="target",
            text="The rate that was asked for.",
            also=("target_rps",),
        ),
        Word(
            name="offered",
            text="The rate at which requests were really sent. If it is lower than the target, the "
            "load generator could not keep up.",
            also=("offered_rps",),
        ),
        Word(
            name="achieved",
            text="The rate at which answers came, good or bad. If it is lower than what was "
            "offered, "
            "answers came late or not at all.",
            also=("achieved_rps",),
        ),
        Word(
            name="requests",
            text="All requests of the load, by how they ended: ok, failed or unknown.",
        ),
        Word(
            name="sent",
            text="Requests whose time had come, whatever became of them. Where some of them never "
            "left this machine, a card calls them all `due`, and `sent` are those that left.",
        ),
        Word(
            name="ok",
            text="For a request: it was answered with 2xx or 3xx, or as its workload expects. "
            "For a node: it runs and does its work.",
        ),
        Word(
            name="failed",
            text="Requests that were answered with 4xx or 5xx, or that could not be sent.",
        ),
        Word(
            name="attempts",
            text="How often requests were sent, when `sdctl load --retries` lets each be tried "
            "again. All other figures count a request once, by how it ended.",
            also=("--retries", "requests tried again", "requests_tried_again", "again"),
        ),
        Word(
            name="hidden",
            text="Attempts that failed and were followed by another one. Who looks only at how "
            "requests ended does not see them. `not ok at first` counts the requests that would "
            "have failed without retries.",
            also=("not ok at first", "not_ok_at_first"),
        ),
        Word(
            name="rescued",
            text="Requests that failed at first, were tried again, and were answered well in the "
            "end.",
        ),
        Word(
            name="no answer",
            text="Requests that were sent and never answered: the time was over (timeout), or the "
            "connection broke (reset). Nobody knows whether the system did them.",
            also=("unanswered", "got no answer", "no_answer"),
        ),
        Word(
            name="not sent",
            text="Requests that never left this machine, because no connection could be had. So "
            "nothing about them is unknown.",
        ),
        Word(
            name="timeout",
            text="The request was sent, and its answer did not come within the time that it was "
            "given. Nobody knows whether the system did it.",
            also=("the answer did not come in time",),
        ),
        Word(
            name="reset",
            text="The request was sent, and its connection broke before the whole answer was "
            "there. Nobody knows whether the system did it.",
            also=("the connection broke",),
        ),
        Word(
            name="protocol",
            text="What came in place of an answer is not HTTP/1.1. The port may be that of another "
            "service.",
            also=("what came is not HTTP/1.1",),
        ),
        Word(
            name="aborted",
            text="The request was sent, and the load ended before its answer came, such as by "
            "Ctrl-C. Nobody knows whether the system did it.",
            also=("the load ended before the answer came",),
        ),
        Word(
            name="refused",
            text="Nobody listens at the address, or who does closed the connection as soon as it "
            "was open. The request was not sent.",
            also=("nobody listened at the address",),
        ),
        Word(
            name="unreachable",
            text="This machine knows no way to the address. The request was not sent.",
            also=("this machine knows no way to the address",),
        ),
        Word(
            name="dns",
            text="The name in the URL has no address. The request was not sent.",
            also=("the name in the URL has no address",),
        ),
        Word(
            name="connect_timeout",
            text="Nobody took the connection in time. The request was not sent. An address that "
            "is wrong, a firewall or a frozen server look like this.",
            also=("nobody took the connection in time",),
        ),
        Word(
            name="queue_timeout",
            text="The request waited for a free connection until its time was over: too many "
            "answers were slow. It was not sent.",
            also=("waited too long for a free connection",),
        ),
        Word(
            name="unsent",
            text="The load ended before the request got a connection. It was not sent.",
            also=("the load ended before there was a free connection",),
        ),
        Word(
            name="local",
            text="This machine itself could open no more connections, such as for its limit of "
            "open files. The request was not sent.",
            also=("this machine could open no more connections",),
        ),
        Word(
            name="reads",
            text="Requests that change nothing. `checked` are those that should have shown a write "
            "of the same client; `stale` are those that did not.",
            also=("checked", "reads_checked"),
        ),
        Word(
            name="statuses",
            text="How many answers had which HTTP status. 202 means that an order was accepted, "
            "429 "
            "that there were too many requests, and 503 that the system could not do it now.",
            also=("by_status",),
        ),
        Word(
            name="response",
            text="Response time: from the moment when a request was due until its answer. It holds "
            "the time that the request waited to be sent, so it is what a user would feel.",
            also=("response time", "response_ms", "latency_ms"),
            measured=("p50", "p99"),
        ),
        Word(
            name="service",
            text="Service time: from the moment when a request was really sent until its answer. "
            "It is what the server needed. If response time is much longer, requests had to wait.",
            also=("service time",),
        ),
        Word(
            name="p50",
            text="Half of all requests were answered within this time. It is also called the "
            "median.",
            measured=("p50",),
        ),
        Word(name="p90", text="90 of 100 requests were answered within this time."),
        Word(
            name="p95",
            text="95 of 100 requests were answered within this time. Of trials: 95 of 100 ended "
            "within it.",
        ),
        Word(
            name="p99",
            text="99 of 100 requests were answered within this time; one of 100 took longer.",
            measured=("p99",),
        ),
        Word(
            name="p99.9",
            text="999 of 1000 requests were answered within this time.",
            also=("p999",),
        ),
        Word(name="max", text="The longest time of all."),
        Word(
            name="in flight",
            text="Requests that were sent and are not answered yet.",
        ),
        Word(
            name="no free connection",
            text="A request waited for a connection to the store until its time was over: all "
            "`app.pool_size` connections of its replica were in use. A request takes one for its "
            "statement only, not while it waits for the cache. So it happens where many come at "
            "once: when a part of the cache is away, its reads all go to the database.",
        ),
        Word(
            name="generator",
            text="What it took to send the load: processes, their share of a CPU core, and how "
            "late "
            "they sent (p99). A late or busy generator would measure itself, so the load is not "
            "judged then (exit code 9).",
            also=("late", "late_ms_p99", "machine", "cpu_s", "processes"),
            measured=("generator",),
        ),
        Word(
            name="with priority",
            text="On a busy machine the load generator runs before other processes, so that it "
            "sends each request when it is due. The number is its priority (nice): below 0 is "
            "before others.",
            also=("nice", "goes first"),
        ),
        Word(
            name="saturated",
            text="Not the system but the load generator or the machine was the limit. Latencies "
            "say nothing about the system then. The counts of requests are right.",
            also=("limit",),
        ),
        Word(
            name="assertion",
            text="Something that must be true of a load, such as `p99<100ms`, given with --assert. "
            "A false one ends with exit code 8. While the times do not count, one about times is "
            "neither true nor false, and the load ends with 9.",
            also=("assertions",),
        ),
    ),
)
