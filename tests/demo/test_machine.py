"""The machine behind a device: its profile, pauses and power."""

from demo.appliances import Machine, ShellyPlug, Start, Topics


class Clock:
    """A clock that stands still."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_machine_runs_its_profile() -> None:
    clock = Clock()
    machine = Machine(((60, 100.0), (60, 2000.0)), clock=clock)
    machine.press("start")
    assert machine.wasted_presses == 1
    machine.load()
    machine.press("start")
    assert (machine.watts, machine.running) == (100.0, True)
    clock.now += 90
    assert machine.watts == 2000.0
    clock.now += 31
    assert (machine.watts, machine.running, machine.completed) == (1.5, False, 1)
    assert machine.unharmed


def test_second_press_pauses_and_a_third_goes_on() -> None:
    clock = Clock()
    machine = Machine(((100, 50.0),), clock=clock)
    machine.load()
    machine.press("start")
    clock.now += 10
    machine.press("start")
    assert (machine.watts, machine.harmful_presses, machine.unharmed) == (1.5, 1, False)
    clock.now += 1000
    machine.press("start")
    clock.now += 89
    assert machine.running
    clock.now += 2
    assert machine.completed == 1


def test_programmed_machine_starts_with_its_power() -> None:
    clock = Clock()
    machine = Machine(((100, 50.0),), start=Start.POWER, clock=clock, powered=False)
    plug = ShellyPlug("D1", Topics("a", "b"), load=machine)
    machine.load()
    assert machine.watts == 0.0
    plug.switch(on=True)
    assert machine.running
    clock.now += 50
    plug.switch(on=False)
    assert (machine.interruptions, machine.watts, machine.running) == (1, 0.0, True)
    clock.now += 500
    plug.switch(on=True)
    assert machine.running
    clock.now += 51
    assert machine.completed == 1


def test_double_press_and_two_fingers() -> None:
    clock = Clock()
    double = Machine(((100, 50.0),), start=Start.DOUBLE_PRESS, clock=clock)
    double.load()
    double.press("start")
    assert double.starts == 0
    clock.now += 5
    double.press("start")
    assert double.running
    both = Machine(((100, 50.0),), start=Start.POWER_THEN_PRESS, clock=clock)
    both.load()
    both.press("power")
    both.press("start")
    assert both.running
    assert both.unharmed


def test_inverted_relay_powers_at_rest() -> None:
    machine = Machine(powered=False)
    relay = ShellyPlug("D1", Topics("a", "b"), load=machine, inverted=True)
    relay.switch(on=False)
    assert machine.powered
