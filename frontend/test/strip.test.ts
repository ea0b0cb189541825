import { expect, test } from "vitest";
import { draw, xOf } from "../src/card/strip";
import { ticksOf } from "../src/card/axis";
import { spanAt, type Slot, type SlotState } from "../src/data/timeline";
import { clockOf } from "../src/localize";
import { NOW, PRESENT, past } from "./helpers";

function strip(...states: SlotState[]): Slot[] {
  return states.map((state, index) => ({ at: PRESENT + index * 900, state }));
}

const EVERY: SlotState[] = ["ran", "failed", "doubtful", "skipped", "missed", "planned", "expected", "ghost", "unknown"];

test("each state is one path, however often it comes", () => {
  const { states } = draw(strip("ran", "idle", "ran", "planned", "idle", "planned"), 60);
  expect(states.map(([state]) => state)).toEqual(["planned", "ran"]);
  expect(states[1]![1].match(/M/g)).toHaveLength(2);
});

test("no two states have the same shape, and none leaves its place", () => {
  const shapes = EVERY.map((state) => draw(strip(state), 12).states[0]![1]);
  expect(new Set(shapes).size).toBe(EVERY.length);
  for (const shape of shapes) {
    expect(shape).not.toMatch(/NaN|undefined/);
    for (const [, x] of shape.matchAll(/[MH](-?[\d.]+)/g)) expect(Number(x)).toBeGreaterThanOrEqual(0);
  }
});

test("a strip too narrow for its quarter-hours is drawn all the same", () => {
  expect(draw(strip(...EVERY), 5).states).toHaveLength(EVERY.length);
  expect(JSON.stringify(draw(strip(...EVERY), 0))).not.toMatch(/NaN/);
});

test("marks stand where a run begins; of those that would overlap the worse stays", () => {
  const slots = strip("ran", "ran", "failed", "ran");
  const row = past(PRESENT, { outcome: "acknowledged" });
  slots[0]!.row = slots[1]!.row = row;
  slots[2]!.row = past(PRESENT + 1800, { outcome: "failed" });
  slots[3]!.row = past(PRESENT + 2700, { outcome: "acknowledged" });
  expect(draw(slots, 200).marks.map(([mark]) => mark)).toEqual(["failed", "confirmed"]);
  expect(draw(slots, 12).marks.map(([mark]) => mark)).toEqual(["failed"]);
  const ahead = strip("idle", "idle", "planned");
  ahead[0]!.changed = "removed";
  ahead[2]!.changed = "added";
  expect(draw([...slots, ...ahead], 350).marks.map(([mark]) => mark).sort()).toEqual(["added", "confirmed", "failed", "removed"]);
});

test("a time has its place, or none", () => {
  const span = spanAt(NOW, 1, 1);
  expect(xOf(PRESENT, span, 100)).toBe(50);
  expect(xOf(PRESENT - 7200, span, 100)).toBeUndefined();
});

test("the axis names as many hours as have room, and days where they begin", () => {
  const hass = { locale: { language: "en", time_format: "24", time_zone: "server" }, config: { time_zone: "Europe/Paris" } };
  const span = spanAt(NOW, 6, 18);
  const names = (width: number) => ticksOf(span, width, clockOf(hass)).map((tick) => tick.text);
  expect(names(300)).toEqual(["Mon", "04", "08", "12", "16", "20"]);
  expect(names(1200)).toHaveLength(25);
  // Clocks are put back on 25 October 2026: 02 comes twice, and is named once.
  const autumn = spanAt(1792879200, 1, 12);
  const hours = ticksOf(autumn, 1000, clockOf(hass)).map((tick) => tick.text);
  expect(hours.slice(0, 6)).toEqual(["23", "Sun", "01", "02", "02", "03"]);
});
