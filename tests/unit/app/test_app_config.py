"""The environment must be checked once, and every problem said."""

import pytest

from sdctl.app.config import ConfigError, read_config

ENOUGH = {
    "NODE_NAME": "app-1",
    "DATABASE_HOSTS": "postgres-1, postgres-2,postgres-3",
    "DATABASE_NAME": "sdctl",
    "DATABASE_USER": "app",
    "DATABASE_PASSWORD": "secret",
}


def problems_of(**changes: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read_config({**ENOUGH, **changes})
    return caught.value.problems


def test_what_is_required_must_be_enough() -> None:
    config = read_config(ENOUGH)
    assert config.database_hosts == ("postgres-1", "postgres-2", "postgres-3")
    assert config.cache_hosts == ()
    assert config.queue_hosts == ()
    assert config.work_retry_delays_s == (1.0, 4.0, 16.0)


def test_every_missing_variable_must_be_named_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        read_config({})
    assert [problem.split(":")[0] for problem in caught.value.problems] == list(ENOUGH)


def test_a_number_that_is_none_must_be_named_with_what_was_given() -> None:
    assert problems_of(POOL_SIZE="many") == ["POOL_SIZE: must be a whole number, got 'many'"]
    assert problems_of(POOL_SIZE="0") == ["POOL_SIZE: must be from 2 to 100, got 0"]
    assert problems_of(CACHE_TTL_S="nan")[0].startswith("CACHE_TTL_S: must be from 0.1")


def test_retry_delays_must_be_positive_and_enough_for_the_attempts() -> None:
    assert problems_of(WORK_RETRY_DELAYS_S="1,x")[0].startswith("WORK_RETRY_DELAYS_S: must be")
    assert problems_of(WORK_RETRY_DELAYS_S="1,0")[0].startswith("WORK_RETRY_DELAYS_S: must be")
    assert problems_of(WORK_MAX_ATTEMPTS="5") == [
        "WORK_RETRY_DELAYS_S: 5 attempts need 4 delays, got 3"
    ]
    config = read_config({**ENOUGH, "WORK_MAX_ATTEMPTS": "2", "WORK_RETRY_DELAYS_S": "0.5"})
    assert config.work_retry_delays_s == (0.5,)


def test_a_queue_must_come_with_a_user() -> None:
    assert problems_of(QUEUE_HOSTS="rabbitmq-1") == ["QUEUE_USER: missing, and QUEUE_HOSTS is set"]
