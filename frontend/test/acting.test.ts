import { describe, expect, test } from "vitest";
import { act, callOf, nextAt, runsAhead, whatIf, type Wish } from "../src/card/acting";
import { wouldText } from "../src/card/detail";
import { clockOf, localizer } from "../src/localize";
import { FakeConnection, NOW, PRESENT, appliance, home, teller } from "./helpers";

const word = localizer("en");
const one = appliance();

test.each<[Wish, string, Record<string, unknown>]>([
  [{ what: "pilot", on: false }, "switch.turn_off", {}],
  [{ what: "pilot", on: true }, "switch.turn_on", {}],
  [{ what: "start" }, "elfe_commande.run_typology", { order: "on" }],
  [{ what: "mode", mode: "forced_off" }, "elfe_commande.set_mode", { mode: "forced_off" }],
  [{ what: "deadline", at: 0 }, "elfe_commande.set_deadline", { datetime: "1970-01-01T00:00:00.000Z" }],
])("%j is an action", async (wish, action, data) => {
  const hass = home(new FakeConnection());
  expect(await act(hass, one, wish, word)).toBe("");
  const [domain, service] = action.split(".");
  expect(hass.called).toEqual([{ domain, service, data, target: { entity_id: "switch.one" } }]);
});

test("an appliance without its switch is asked by the action", () => {
  const call = callOf(appliance({ entity_id: "sensor.one" }), { what: "pilot", on: false });
  expect(call).toEqual({ domain: "elfe_commande", service: "init_typology", data: { mode: "manual" } });
});

test.each<[unknown, string]>([
  [{ code: "unauthorized", message: "Unauthorized" }, "You may not do this with One."],
  // As Home Assistant refuses its own actions, and what asks for a translation of its own.
  [{ code: "home_assistant_error", message: "Unauthorized" }, "You may not do this with One."],
  [
    { code: "home_assistant_error", message: "Unauthorized", translation_domain: "elfe_commande", translation_key: "order_silent" },
    "It did not answer.",
  ],
  // As the connection rejects what was under way when it was lost, and what is sent after that.
  [
    { id: 7, type: "result", success: false, error: { code: 3, message: "Connection lost" } },
    "Home Assistant did not answer; nobody knows whether it was done.",
  ],
  [3, "Home Assistant did not answer; nobody knows whether it was done."],
  [
    { code: "home_assistant_error", message: "raw", translation_domain: "elfe_commande", translation_key: "order_silent" },
    "It did not answer.",
  ],
  [
    { code: "home_assistant_error", message: "raw", translation_domain: "elfe_commande", translation_key: "unheard_of" },
    "raw",
  ],
  [{ code: "timeout" }, "timeout"],
])("what goes wrong is told in words: %j", async (error, said) => {
  const hass = home(new FakeConnection(), { callService: () => Promise.reject(error as Error) });
  expect(await act(hass, one, { what: "start" }, word)).toBe(said);
});

describe("what would happen", () => {
  const simulation = {
    now: NOW,
    start: PRESENT,
    slots: "0110-1--",
    ready_at: PRESENT + 6 * 900,
    late: true,
    notes: [],
  };

  test("is asked in the words of the wish", async () => {
    const asked: unknown[] = [];
    const hass = home(new FakeConnection(), {
      callWS: <T>(message: unknown) => {
        asked.push(message);
        return Promise.resolve(simulation as T);
      },
    });
    expect(await whatIf(hass, one, { what: "start" }, word)).toBe(simulation);
    await whatIf(hass, one, { what: "deadline", at: NOW }, word);
    expect(asked).toEqual([
      { type: "elfe_commande/plan/simulate", entity_id: "switch.one", start_now: true },
      { type: "elfe_commande/plan/simulate", entity_id: "switch.one", wished_end: NOW },
    ]);
  });

  test("is left out where nobody can tell, and a refusal is told", async () => {
    expect(await whatIf(home(new FakeConnection()), one, { what: "start" }, word)).toBeNull();
    const hass = home(new FakeConnection(), {
      callWS: () => Promise.reject({ code: "service_validation_error", message: "Being installed" } as unknown as Error),
    });
    expect(await whatIf(hass, one, { what: "start" }, word)).toEqual({ problem: "Being installed" });
  });

  test("is said in a sentence", () => {
    expect(runsAhead(simulation)).toEqual([
      { start: PRESENT + 900, end: PRESENT + 2700 },
      { start: PRESENT + 4500, end: PRESENT + 5400 },
    ]);
    expect(wouldText(simulation, { teller: teller() })).toBe(
      "It would be: 04:15 → 04:45, 05:15 → 05:30 · later than wished",
    );
    // It begins now, not with the quarter-hour, and is done within one.
    const within = { ...simulation, now: PRESENT + 1080, ready_at: PRESENT + 5000, late: false };
    expect(wouldText(within, { teller: teller() })).toBe("It would be: 04:18 → 04:45, 05:15 → 05:23");
    const after = { ...simulation, ready_at: PRESENT + 7200, late: false };
    expect(wouldText(after, { teller: teller() })).toBe("It would be: 04:15 → 04:45, 05:15 → 05:30 · done about 06:00");
    const open = { ...simulation, slots: "----", ready_at: null, late: false };
    expect(wouldText(open, { teller: teller() })).toBe("How it would run is decided later.");
    expect(wouldText({ ...open, slots: "0000" }, { teller: teller() })).toBe("It would not run in the time shown.");
  });
});

test("a time of the day is the next one that clocks show", () => {
  const clock = clockOf({ locale: { language: "en", time_zone: "server" }, config: { time_zone: "Europe/Paris" } });
  expect(clock.time(NOW)).toContain("4:05");
  expect(nextAt("04:06", NOW, clock)).toBe(NOW + 60);
  expect(nextAt("04:05", NOW, clock)).toBe(NOW + 86400);
  expect(nextAt("04:00", NOW, clock)).toBe(NOW + 86400 - 300);
  expect(nextAt("", NOW, clock)).toBeNull();
  // In the night in which clocks are put back.
  const evening = Date.UTC(2026, 9, 24, 20) / 1000;
  expect(nextAt("07:00", evening, clock)).toBe(Date.UTC(2026, 9, 25, 6) / 1000);
});
