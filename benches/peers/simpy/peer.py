"""The network of stations and the hold model of benches/peers/README.md in SimPy."""

import random
import time

import simpy

CUSTOMERS = 200_000
TIMERS = 100_000


def network():
    """The mean time of a customer in the network."""
    env = simpy.Environment()
    first, second = simpy.Resource(env, capacity=10), simpy.Resource(env, capacity=5)
    gap, services = random.Random(1), random.Random(2)
    sojourns = []

    def customer():
        came = env.now
        with first.request() as server:
            yield server
            yield env.timeout(services.expovariate(1.0))
        yield env.timeout(1.0)
        with second.request() as server:
            yield server
            yield env.timeout(services.expovariate(2.0))
        sojourns.append(env.now - came)

    def source():
        for _ in range(CUSTOMERS):
            yield env.timeout(gap.expovariate(7.0))
            env.process(customer())

    env.process(source())
    env.run()
    assert len(sojourns) == CUSTOMERS
    return sum(sojourns) / CUSTOMERS


def hold():
    """How many timers fire in 300 s."""
    env = simpy.Environment()
    gap = random.Random(4)
    fired = 0

    def timer():
        nonlocal fired
        while True:
            yield env.timeout(gap.expovariate(1 / 30))
            fired += 1

    for _ in range(TIMERS):
        env.process(timer())
    env.run(until=300)
    return fired


for name, model in [("network", network), ("hold", hold)]:
    start = time.perf_counter()
    result = model()
    print(name, time.perf_counter() - start, result)
