"""Words of system design: requests and messages."""

from __future__ import annotations

from sdctl.guide.word import Glossary, Word

GLOSSARY = Glossary(
    where="system design: requests and messages",
    words=(
        Word(
            name="api gateway",
            text="The one door of a system: it checks keys, limits rates, gives each request "
            "an id, and knows the routes. Here HAProxy at the entrance.",
            also=(
                "reverse proxy",
                "api-gateway",
            ),
        ),
        Word(
            name="load balancing",
            text="Giving each request to one of several nodes that are alike. Here the lb "
            "sends it to the replica with the fewest open requests, and leaves out those "
            "that are not ready.",
            also=(
                "load balancer",
                "least connections",
                "round robin",
            ),
        ),
        Word(
            name="rate limit",
            text="How many requests a second a key may send (`gateway.rate_limit`). What is "
            "more is answered with 429 and Retry-After, and costs nobody behind the "
            "gateway anything.",
            also=(
                "rate limiting",
                "throttling",
                "token bucket",
                "429",
            ),
        ),
        Word(
            name="api key",
            text="What a client shows to be let in, in the header X-API-Key. Each stack has "
            "its own; `sdctl env` prints it, `sdctl curl` fills it in.",
            also=(
                "x-api-key",
                "key",
            ),
        ),
        Word(
            name="request id",
            text="The name of one request, which is in each log line about it. `sdctl logs "
            "--request ID` finds them. `collector.requests` says which requests leave a line.",
            also=("correlation id",),
        ),
        Word(
            name="keep-alive",
            text="A connection that is used for many requests, one after the other. Opening "
            "one for each would take longer than most requests.",
            also=(
                "persistent connection",
                "http",
            ),
        ),
        Word(
            name="idempotency",
            text="Doing the same thing twice has the same effect as once. A client gives its "
            "order an Idempotency-Key; when it sends it again, it gets the first answer, "
            "and there is one order.",
            also=(
                "idempotent",
                "idempotency key",
            ),
        ),
        Word(
            name="retry",
            text="Sending again what failed. It is safe only for what is idempotent, and too "
            "many of them keep a weak system down. Pauses that grow (backoff) give it "
            "time: `worker.retry_delays` are 1, 4 and 16 s, and `sdctl load --retries 3` shows "
            "what a client's retries cost.",
            also=(
                "retries",
                "backoff",
                "exponential backoff",
                "jitter",
                "retry storm",
            ),
        ),
        Word(
            name="timeout",
            text="How long somebody waits before giving up. After one the client does not know "
            "whether the work was done: sdctl calls such a write unknown.",
            also=("deadline",),
        ),
        Word(
            name="circuit breaker",
            text="After several failures in a row a client stops asking for a while and fails "
            "at once. So it does not wait for what is gone, and what is weak gets rest. "
            "The service has one before its cache.",
        ),
        Word(
            name="load shedding",
            text="Refusing some requests at once, so that the others are still answered in "
            "time. Here too many connections, a full pool or a body that is too large are "
            "refused with 503, 429 or 413.",
            also=("503",),
        ),
        Word(
            name="bulkhead",
            text="Keeping what one part uses apart from the others, so that one that hangs "
            "does not take everything. Here each pool of connections and each container "
            "has limits of its own.",
            also=(
                "connection pool",
                "pool",
            ),
        ),
        Word(
            name="message queue",
            text="It keeps messages until somebody has done the work, so that who asks need not "
            "wait. Here it is RabbitMQ between the service and the workers.",
            also=(
                "broker",
                "message broker",
                "pub/sub",
                "pubsub",
                "asynchronous processing",
            ),
        ),
        Word(
            name="quorum queue",
            text="A queue of RabbitMQ with copies on several nodes that agree by Raft. A "
            "message counts as taken when most of the copies have it.",
        ),
        Word(
            name="outbox",
            text="A table beside the orders: an order and the message about it are written in "
            "one transaction, and the message is sent afterwards until the queue has it. "
            "So no order is without its message.",
            also=(
                "transactional outbox",
                "outbox pattern",
            ),
        ),
        Word(
            name="inbox",
            text="It keeps what a user was told until the user says that it was read, and knows "
            "what was told already. So each notification arrives, and counts once.",
            also=("deduplication",),
        ),
        Word(
            name="at least once",
            text="A message is delivered again until it is acknowledged, so it may come twice. "
            "Together with an idempotent receiver it has the effect of exactly once.",
            also=(
                "exactly once",
                "at most once",
                "delivery guarantee",
                "at-least-once delivery",
                "exactly-once delivery",
            ),
        ),
        Word(
            name="dead letter queue",
            text="Where messages go that failed at every attempt. They are kept: `sdctl dlq "
            "list` shows them, `sdctl dlq replay --all` tries them again.",
            also=(
                "dead-letter queue",
                "poison message",
            ),
        ),
        Word(
            name="server-sent events",
            text="An answer over HTTP that has no end: each event is a few lines. Here a "
            "user's notifications come so, or as one answer with `?poll=1`.",
            also=(
                "sse",
                "event stream",
                "long polling",
            ),
        ),
        Word(
            name="event sourcing",
            text="Keeping every change as an event, and computing the state from them. sdctl "
            "does not do it: orders are rows, and only their messages are events.",
            also=(),
        ),
        Word(
            name="microservice",
            text="A part of a system that is built and started by itself and talks to others "
            "over the network. Here one service with workers, so that the parts around it "
            "can be seen.",
            also=(
                "service",
                "monolith",
            ),
        ),
    ),
)
