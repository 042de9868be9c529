"""Sends one process's share of a load plan, from the first send to the last answer."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Mapping
from typing import Protocol

from sdctl.judge.ledger import Ledger
from sdctl.load.beats import Beat
from sdctl.load.client import Client
from sdctl.load.exchange import Exchange
from sdctl.load.host_cpu import HostCpu
from sdctl.load.limits import calm_collector, file_limit, niceness
from sdctl.load.plan import Encoder, LoadPlan
from sdctl.load.process_figures import ProcessFigures
from sdctl.load.request_attempts import Earlier
from sdctl.load.retries import Retries, longest_pause_s
from sdctl.load.tally import Pulse, Tally
from sdctl.load.waker import waker
from sdctl.load.workload_requests import requests_of
from sdctl.workloads.workload import Feedback

_BATCH = 64
"""Sends in one go when late; then answers get a turn and the waker fires at once."""
REST_S = 0.00025
"""The shortest sleep between sends, so that above 4,000 a second one wake serves several. What it
makes them late by counts in their response time; at 18,000 rps it halves the CPU of a request."""
_STOP_DRAIN_S = 2.0
"""How long a stopped run waits for answers under way."""
_WARM_SHARE = 0.02
_WARM_MIN, _WARM_MAX = 4, 100
_POLL_S = 0.01
_STOP_POLL_S = 0.2
_GRACE_S = 0.5
"""How long after the end sends that are late may still go out; the rest is never sent."""


class StopSignal(Protocol):
    """Tells a run to end early; ``threading.Event`` is one."""

    def is_set(self) -> bool:
        """True: end."""


class Sender:
    """Process ``part`` of a run. ``run`` of it is called once, in an event loop of its own."""

    def __init__(
        self,
        plan: LoadPlan,
        part: int,
        on_beat: Callable[[Beat], None],
        ledger: Ledger,
        stop: StopSignal | None,
        begin: Callable[[], float],
    ) -> None:
        self._plan = plan
        self._part = part
        self._on_beat = on_beat
        self._ledger = ledger
        self._stop = stop
        self._begin = begin
        parts = plan.processes
        feedback = Feedback(plan.run, part=part, parts=parts)
        self._tally = Tally(ledger=ledger, feedback=feedback, expected=plan.workload.expected)
        self._pulse = Pulse(self._tally, ledger)
        self._requests = requests_of(plan.workload, random.Random(f"{plan.seed}/{part}"), feedback)
        self._encode = Encoder(plan)
        self._times = plan.schedule.share(part, parts)
        self._next_s: float | None = next(self._times, None)
        self._fired = 0
        self._fired_at = 0.0
        self._failure: BaseException | None = None

    async def run(self) -> ProcessFigures:
        """What it sent and what came of it. Raises ``WorkloadFailed``."""
        plan = self._plan
        most = max(1, plan.max_connections // plan.processes)
        loop = asyncio.get_running_loop()
        self._limit = min(most, file_limit(most))
        self._short_of_files = self._limit < most
        self._retries = Retries(
            self._tally,
            plan.retries,
            self._send_again,
            rng=random.Random(f"{plan.seed}/{self._part}/pauses"),
        )
        self._client = client = Client(
            plan.address.host,
            plan.address.port,
            self._retries,
            timeout_s=plan.timeout_s,
            limit=self._limit,
        )
        self._waker = waker(loop, self._wake)
        with calm_collector():
            try:
                first_rps = plan.schedule.rate(0.0) / plan.processes
                await client.warm(round(min(max(first_rps * _WARM_SHARE, _WARM_MIN), _WARM_MAX)))
                self._started_at = await asyncio.to_thread(self._begin)
                cpu, host = time.process_time(), HostCpu()
                self._wake()
                await self._watch()
            finally:
                self._waker.close()
                self._retries.close()
                client.close("aborted")
                self._ledger.flush()
            # only now: what was cut off is in the ledger too, and has to be told
            await self._tick(time.monotonic())
            cpu = time.process_time() - cpu
        return self._figures(cpu, host.shares())

    def _wake(self) -> None:
        """Fire all that is due, then sleep until the next is."""
        clock, late = time.monotonic, self._tally.late.pending
        started_at, next_s = self._started_at, self._next_s
        try:
            for _ in range(_BATCH):
                if next_s is None:
                    self._waker.close()
                    return
                due_at = started_at + next_s
                now = clock()
                behind = now - due_at
                if behind < 0:
                    self._waker.at(max(due_at, now + REST_S))
                    return
                late.append(behind)
                request = next(self._requests)
                self._client.fire(request, self._encode(request), due_at)
                self._fired += 1
                self._fired_at = due_at + behind
                self._next_s = next_s = next(self._times, None)
        except Exception as error:
            # a workload that breaks ends the run; the loop would only log it
            self._failure = error
            self._waker.close()
            return
        self._waker.at(started_at)

    async def _watch(self) -> None:
        """Tick until all is sent and answered, or the run is to stop."""
        end = self._started_at + self._plan.schedule.duration_s
        self._next_tick = self._started_at + self._plan.tick_s
        stopped = False
        while not stopped and (now := time.monotonic()) < end + _GRACE_S:
            if now >= end and self._next_s is None:
                break
            await self._step(end - now if now < end else _POLL_S)
            stopped = self._told_to_stop
        self._next_s = None
        if stopped:
            self._retries.close()
        now = time.monotonic()
        self._duration_s = (now if stopped else max(end, self._fired_at)) - self._started_at
        # by then the sweep has given up whatever is left: each attempt has its time from the send,
        # and what still waits for a connection has as long to get one
        deadline = now + (_STOP_DRAIN_S if stopped else self._patience_s + 1)
        while (self._client.in_flight or self._retries.pausing) and time.monotonic() < deadline:
            await self._step(_POLL_S)
            if not stopped and self._told_to_stop:
                stopped, deadline = True, time.monotonic() + _STOP_DRAIN_S
                self._retries.close()

    @property
    def _told_to_stop(self) -> bool:
        return self._stop is not None and self._stop.is_set()

    @property
    def _patience_s(self) -> float:
        """After so long every attempt of a request is over."""
        retries = self._plan.retries
        pauses = sum(longest_pause_s(retry) for retry in range(1, retries + 1))
        return (1 + retries) * 2 * self._plan.timeout_s + pauses

    def _send_again(self, exchange: Exchange, earlier: Earlier) -> None:
        self._client.fire(exchange.request, exchange.data, exchange.due_at, earlier)

    async def _step(self, at_most_s: float) -> None:
        """Sleep a little, and tick when it is time."""
        now = time.monotonic()
        await asyncio.sleep(max(min(at_most_s, self._next_tick - now, _STOP_POLL_S), 0.001))
        if self._failure is not None:
            raise self._failure
        now = time.monotonic()
        if now >= self._next_tick:
            # a tick that was missed is not made up for
            self._next_tick += self._plan.tick_s * (
                1 + (now - self._next_tick) // self._plan.tick_s
            )
            await self._tick(now)

    async def _tick(self, now: float) -> None:
        at_s = now - self._started_at
        beat = self._pulse.beat(
            at_s,
            fired=self._fired,
            again=self._retries.attempts.again,
            in_flight=self._client.in_flight,
            connections=self._client.connections,
        )
        self._ledger.flush()
        self._on_beat(beat)
        await self._tally.fold()

    def _figures(self, cpu_s: float, host: Mapping[str, float | None]) -> ProcessFigures:
        tally, client = self._tally, self._client
        return ProcessFigures(
            duration_s=self._duration_s,
            answered_s=(tally.last_answer_at or self._started_at) - self._started_at,
            fired=self._fired,
            reads=tally.reads,
            writes=tally.writes,
            reads_checked=tally.reads_checked,
            stale_reads=tally.stale_reads,
            by_status=tally.by_status,
            by_error=tally.by_error,
            error_answers=tally.error_answers,
            read_response=tally.read_response,
            write_response=tally.write_response,
            service=tally.service,
            late=tally.late,
            attempts=self._retries.attempts,
            cpu_s=cpu_s,
            queued=client.queued,
            retried=client.retried,
            scarce=client.scarce,
            connections=self._limit,
            short_of_files=self._short_of_files,
            nice=niceness(),
            host=host,
        )
