import { describe, expect, test } from "vitest";
import { followed } from "../src/data/connection";
import {
  changeSentence,
  lateSentence,
  nextRun,
  runsOf,
  slotsOf,
  spanAt,
  spoken,
  tell,
  type SlotState,
} from "../src/data/timeline";
import { SLOT } from "../src/data/types";
import { NOW, PRESENT, appliance, evening, past, teller } from "./helpers";

const span = spanAt(NOW, 1, 2);

function states(given: Parameters<typeof appliance>[0]): SlotState[] {
  return slotsOf(appliance(given), span).map((slot) => slot.state);
}

function plan(slots: string, start = PRESENT, changed: number[] = []) {
  return { start, slots, owner: "ems", valid: true, changed };
}

/** Made before the appliance was last set. */
function older(slots: string) {
  return { ...plan(slots), valid: false };
}

describe("quarter-hours", () => {
  test("the span holds the present one, hours before and hours ahead", () => {
    expect(span).toEqual({ start: PRESENT - 4 * SLOT, present: 4, count: 12 });
    expect(spanAt(PRESENT + SLOT - 1, 1, 2)).toEqual(span);
    expect(spanAt(NOW, 0, 1)).toEqual({ start: PRESENT, present: 0, count: 4 });
  });

  test.each<[string, Parameters<typeof past>[1], SlotState]>([
    ["it ran", { on: true, ran: 600, outcome: "acknowledged" }, "ran"],
    ["it ran by itself", { ran: 60 }, "ran"],
    ["nothing tells, and it was confirmed", { on: true, outcome: "acknowledged" }, "ran"],
    ["nothing tells, and it was to stay on", { on: true }, "ran"],
    ["its order failed, whatever it did", { on: false, ran: 900, outcome: "failed" }, "failed"],
    ["nobody knows whether it was pressed", { on: true, ran: 0, outcome: "doubtful" }, "doubtful"],
    ["it was pressed and drew power", { on: true, ran: 700, outcome: "doubtful" }, "ran"],
    ["it was not sent", { on: true, outcome: "skipped", ran: 0 }, "skipped"],
    ["nothing had to be sent to keep it off", { on: false, outcome: "skipped", ran: 0 }, "idle"],
    ["planned, and nothing came of it", { planned: true, ran: 0 }, "missed"],
    ["off", { planned: false, on: false, ran: 0 }, "idle"],
  ])("of the past: %s", (_, row, state) => {
    expect(states({ past: [past(span.start, row)] })[0]).toBe(state);
  });

  test("rows hold several quarter-hours, and may begin before what is shown", () => {
    const row = { ...past(span.start - SLOT, { ran: 900 }), until: span.start + 2 * SLOT };
    expect(states({ past: [row, past(span.start + 3 * SLOT, { ran: 0 })] }).slice(0, 4)).toEqual([
      "ran",
      "ran",
      "unknown",
      "idle",
    ]);
  });

  test("what comes is planned, off, or not known yet", () => {
    expect(states({ plan: plan("0110") }).slice(4, 9)).toEqual(["idle", "planned", "planned", "idle", "unplanned"]);
    expect(states({ plan: plan("0110"), mode: "manual" }).slice(4, 9)).toEqual([
      "idle",
      "ghost",
      "ghost",
      "idle",
      "unplanned",
    ]);
    expect(states({ plan: older("0110") }).slice(4, 9)).toEqual(["idle", "ghost", "ghost", "idle", "unplanned"]);
    expect(states({})[5]).toBe("unplanned");
    // A plan that began before, and one that begins later.
    expect(states({ plan: plan("0101", PRESENT - 2 * SLOT) }).slice(4, 6)).toEqual(["idle", "planned"]);
    expect(states({ plan: plan("1", PRESENT + SLOT) }).slice(4, 7)).toEqual(["unplanned", "planned", "unplanned"]);
  });

  test("a machine that is started runs on until it is done", () => {
    const start = PRESENT + SLOT;
    expect(states({ plan: plan("0100"), next_start: start, ready_at: start + 3 * SLOT }).slice(4, 10)).toEqual([
      "idle",
      "planned",
      "expected",
      "expected",
      "unplanned",
      "unplanned",
    ]);
    const running = { mode: "manual", running: true, ready_at: PRESENT + 2 * SLOT };
    expect(states({ plan: plan("0000"), ...running }).slice(4, 7)).toEqual(["ran", "expected", "idle"]);
  });

  test("runs are what is alike in a row, without what is off", () => {
    const slots = slotsOf(appliance({ plan: plan("01101"), past: [past(span.start, { ran: 0 })] }), span);
    expect(runsOf(slots)).toEqual([
      { from: 1, to: 4, state: "unknown" },
      { from: 5, to: 7, state: "planned" },
      { from: 8, to: 9, state: "planned" },
    ]);
    expect(runsOf([])).toEqual([]);
  });

  test("what a new plan changed is marked as come or gone", () => {
    const changed = [PRESENT + SLOT, PRESENT + 2 * SLOT];
    const slots = slotsOf(appliance({ plan: plan("010000", PRESENT, changed) }), span);
    expect(slots.slice(4, 8).map((slot) => slot.changed)).toEqual([undefined, "added", "removed", undefined]);
  });
});

describe("the next run", () => {
  test("is the one under way, as long as it is known to last", () => {
    expect(nextRun(appliance({ running: true, ready_at: NOW + 600 }), NOW)).toEqual({
      start: PRESENT,
      end: NOW + 600,
      running: true,
    });
    expect(nextRun(appliance({ running: true, plan: plan("1100") }), NOW)?.end).toBe(PRESENT + 2 * SLOT);
    expect(nextRun(appliance({ running: true, mode: "manual", plan: plan("1100") }), NOW)?.end).toBeNull();
  });

  test("else the one that is planned, and none by hand", () => {
    const start = PRESENT + 2 * SLOT;
    const given = { next_start: start, plan: plan("00111") };
    expect(nextRun(appliance(given), NOW)).toEqual({ start, end: start + 3 * SLOT, running: false });
    expect(nextRun(appliance({ ...given, ready_at: start + 7200 }), NOW)?.end).toBe(start + 7200);
    expect(nextRun(appliance({ ...given, mode: "manual" }), NOW)).toBeNull();
    expect(nextRun(appliance(), NOW)).toBeNull();
  });
});

describe("sentences", () => {
  const late = { late: true, ready_at: PRESENT + 3 * 3600, wished_end: PRESENT + 2 * 3600 };

  test("say by how much something is late", () => {
    expect(lateSentence(appliance(late), teller())).toBe("Late: done about 07:00, wished by 06:00");
    expect(lateSentence(appliance({ ...late, late: false }), teller())).toBe("");
    expect(lateSentence(appliance(late), teller("fr"))).toBe("En retard\u00a0: fini vers 07:00, souhaité pour 06:00");
  });

  test.each([
    ["010000", [1, 2], "New plan: 04:15 instead of 04:30"],
    ["010000", [1], "New plan: on at 04:15"],
    ["000000", [1], "New plan: no longer at 04:15"],
    ["011000", [2], "New plan: otherwise in one quarter-hour"],
    ["011000", [], ""],
  ])("say what a new plan changed: %s, %j", (slots, changed, said) => {
    const times = changed.map((each) => PRESENT + each * SLOT);
    expect(changeSentence(appliance({ plan: plan(slots, PRESENT, times) }), teller())).toBe(said);
  });

  test("changes that are over are none any more", () => {
    expect(changeSentence(appliance({ plan: plan("0000", PRESENT, [PRESENT - SLOT]) }), teller())).toBe("");
  });

  test("a quarter-hour of the past says what became of it and why", () => {
    const row = past(span.start, {
      on: true,
      ran: 0,
      outcome: "failed",
      failure: "silent",
      reason: "planned",
      source: "ems",
      energy: 420,
    });
    const one = appliance({ past: [row] });
    const told = tell(one, slotsOf(one, span), 0, span, teller());
    expect(told).toEqual({
      range: "03:00 to 03:15",
      state: "Order failed",
      why: "reason silent",
      facts: ["0.42 kWh", "Decided by: source ems", "Wanted because: reason planned"],
    });
    expect(spoken(told)).toBe(
      "03:00 to 03:15, Order failed. reason silent. 0.42 kWh. Decided by: source ems. Wanted because: reason planned.",
    );
  });

  test.each<[string, Parameters<typeof appliance>[0], number, string, string]>([
    ["planned", { plan: plan("01100") }, 5, "Planned", "The EMS’s plan wants it on from 04:15 to 04:45."],
    [
      "planned before it was set",
      { plan: older("01100") },
      5,
      "Planned, not followed",
      "Waits for its next plan: this one, made before it was last set, would have it on from 04:15 to 04:45.",
    ],
    ["off", { plan: plan("01100") }, 7, "Off", "The EMS’s plan does not want it on."],
    ["off by hand", { plan: plan("01100"), mode: "manual" }, 7, "Off", "By hand: only people switch it."],
    ["beyond", { plan: plan("01") }, 9, "No plan", "The plan does not reach that far yet."],
    ["without a plan", {}, 9, "No plan", "There is no plan."],
    ["now", { running: true, power: 2000 }, 4, "Runs", "Off"],
    ["unrecorded", {}, 1, "Unknown", "Nothing was recorded of this time."],
  ])("a quarter-hour says why: %s", (_, given, index, state, why) => {
    const one = appliance(given);
    const told = tell(one, slotsOf(one, span), index, span, teller());
    expect([told.state, told.why]).toEqual([state, why]);
  });

  test("no sentence has a place left open, in any language", () => {
    for (const language of ["en", "fr", "de"]) {
      for (const given of [{}, { plan: plan("0110", PRESENT, [PRESENT + SLOT]) }, { mode: "manual", plan: plan("01") }]) {
        const one = appliance({ ...given, ...late, next_start: PRESENT + SLOT, past: [past(span.start, { ran: 5, energy: 1 })] });
        slotsOf(one, span).forEach((_, index, slots) => {
          expect(spoken(tell(one, slots, index, span, teller(language)))).not.toMatch(/[{}]|undefined|NaN/);
        });
      }
    }
  });
});

describe("what the integration told", () => {
  const { all, change, again } = evening();

  test("becomes strips", () => {
    const wide = spanAt(NOW, 1, 3);
    const seen = all.equipments.map((each) => slotsOf(each, wide).map((slot) => slot.state));
    expect(seen.map((each) => each.slice(0, 4))).toEqual([
      ["unknown", "unknown", "ran", "ran"],
      ["unknown", "unknown", "failed", "failed"],
      ["unknown", "unknown", "idle", "idle"],
    ]);
    const machine = change.equipments[0]!;
    const ahead = slotsOf(machine, wide).slice(wide.present);
    expect(ahead.map((slot) => slot.state).slice(0, 10)).toEqual([
      ...Array<string>(7).fill("idle"),
      "planned",
      "expected",
      "expected",
    ]);
    expect(ahead.filter((slot) => slot.changed).map((slot) => [slot.at, slot.changed])).toEqual([
      [PRESENT + 4 * SLOT, "removed"],
      [PRESENT + 7 * SLOT, "added"],
    ]);
    const told = teller("en", "America/Los_Angeles");
    expect(changeSentence(machine, told)).toBe("New plan: 20:45 instead of 20:00");
    expect(lateSentence(machine, told)).toBe("Late: done about 22:45, wished by 21:30");
  });

  test("a change put to what was known is what a newcomer is told", () => {
    const known = new Map(all.equipments.map((each) => [each.id, each]));
    for (const each of change.equipments) known.set(each.id, followed(known.get(each.id), each, NOW));
    expect([...known.values()]).toEqual(again.equipments);
  });
});
