import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Feed, PAUSES, followed } from "../src/data/connection";
import type { Away, ChangeEvent } from "../src/data/types";
import { FakeConnection, NOW, appliance, evening, past } from "./helpers";

const { all, change } = evening();
let connection: FakeConnection;
let feed: Feed;
let changes = 0;

beforeEach(() => {
  vi.useFakeTimers();
  connection = new FakeConnection();
});
afterEach(() => {
  feed.close();
  vi.useRealTimers();
});

async function open(selection = {}): Promise<void> {
  changes = 0;
  feed = new Feed(connection, selection, () => changes++);
  await vi.advanceTimersByTimeAsync(0);
}

describe("a feed", () => {
  test("asks for what is selected, and keeps what it is told", async () => {
    await open({ home: "Maison", hours_back: 6 });
    expect(connection.asked).toEqual([{ type: "elfe_commande/plan/subscribe", home: "Maison", hours_back: 6 }]);
    expect(feed.state).toBe("loading");
    connection.tell(all);
    expect([feed.state, feed.appliances.size, changes]).toEqual(["ready", 3, 1]);
    expect(feed.health["entry"]?.running).toBe(true);
    // The time is Home Assistant's, whatever this clock shows.
    expect(Math.round(feed.now())).toBe(NOW);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(Math.round(feed.now())).toBe(NOW + 60);
  });

  test("what did not change stays the same object", async () => {
    await open();
    connection.tell(all);
    const before = new Map(feed.appliances);
    connection.tell(change);
    const same = [...before.keys()].filter((id) => feed.appliances.get(id) === before.get(id));
    expect(same).toEqual(["entry_1", "entry_2"]);
    connection.tell({ type: "change", equipments: [], removed: ["entry_2"], health: {} });
    expect([...feed.appliances.keys()]).toEqual(["entry_1", "entry_3"]);
    expect(feed.health).toEqual({});
  });

  test("says that Home Assistant is away, and asks anew when it is back", async () => {
    await open();
    connection.tell(all);
    connection.lose();
    expect([feed.state, feed.appliances.size]).toEqual(["disconnected", 3]);
    connection.comeBack();
    await vi.advanceTimersByTimeAsync(0);
    expect(connection.asked).toHaveLength(2);
    connection.tell(all);
    expect(feed.state).toBe("ready");
  });

  test("asks again and again while the integration is not there", async () => {
    connection.refuse = { code: "unknown_command", message: "Unknown command." };
    await open();
    expect(feed.state).toBe("unavailable");
    for (const pause of [...PAUSES, PAUSES.at(-1)!]) await vi.advanceTimersByTimeAsync(pause);
    expect(connection.asked).toHaveLength(1 + PAUSES.length + 1);
    connection.refuse = undefined;
    await vi.advanceTimersByTimeAsync(PAUSES.at(-1)!);
    connection.tell(all);
    expect(feed.state).toBe("ready");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(connection.asked).toHaveLength(3 + PAUSES.length);
  });

  test.each([
    [{ code: "unauthorized", message: "Unauthorized" }, "refused"],
    [{ code: "unknown_error", message: "Out of paper" }, "failed"],
    [3, "failed"],
  ])("says what else hinders it: %j", async (error, state) => {
    connection.refuse = error;
    await open();
    expect(feed.state).toBe(state);
    expect(feed.problem).toBeTruthy();
  });

  test("keeps what it knows of an entry for as long as that is not loaded", async () => {
    await open();
    connection.tell(all);
    const health = all.health["entry"]!;
    const other = appliance({ id: "other_1" });
    connection.tell({ ...all, health: { entry: health, other: health }, equipments: [...all.equipments, other] });
    const away = (state: Away["state"]) => ({ entry: { title: "First", state } });
    const left = { now: NOW + 60, health: { other: health }, equipments: [other] };
    connection.tell({ ...all, ...left, away: away("starting") });
    expect([feed.state, feed.appliances.size]).toEqual(["ready", 4]);
    const told: ChangeEvent = { type: "change", equipments: [], removed: [], health: { other: health } };
    await vi.advanceTimersByTimeAsync(3_600_000);
    connection.tell({ ...told, away: away("retry") });
    expect(feed.appliances.size).toBe(4);
    connection.tell({ ...all, health: { entry: health, other: health }, equipments: [all.equipments[0]!, other] });
    expect([...feed.appliances.keys()]).toEqual(["entry_1", "other_1"]);
    connection.tell({ ...all, ...left, away: away("failed") });
    expect(feed.appliances.size).toBe(2);
    // Gone, or disabled: nobody expects it back.
    connection.tell({ ...told, away: away("disabled") });
    expect([...feed.appliances.keys()]).toEqual(["other_1"]);
    connection.tell({ ...told, health: {}, away: {} });
    expect(feed.appliances.size).toBe(0);
  });

  test("hears nothing any more once it is closed", async () => {
    await open();
    connection.tell(all);
    feed.close();
    const told = changes;
    connection.tell(change);
    expect([changes, connection.ended, connection.heard]).toEqual([told, 1, 0]);
    // Also where the answer comes after that.
    feed = new Feed(connection, {}, () => changes++);
    feed.close();
    await vi.advanceTimersByTimeAsync(0);
    expect(connection.ended).toBe(2);
  });
});

describe("the past that is known", () => {
  test("grows by new rows, and a row that goes on takes the place of what it was", () => {
    const before = appliance({ past: [past(900), past(1800)] });
    const longer = { ...past(1800), until: 3600 };
    const after = followed(before, appliance({ past: [longer, past(3600)] }), 4500);
    expect(after.past).toEqual([past(900), longer, past(3600)]);
    expect(followed(before, appliance(), 4500).past).toBe(before.past);
    expect(followed(undefined, appliance({ past: [past(900)] }), 4500).past).toHaveLength(1);
  });

  test("does not grow for ever", () => {
    const before = appliance({ past: [past(900), past(NOW - 900)] });
    expect(followed(before, appliance({ past: [past(NOW)] }), NOW).past).toEqual([past(NOW - 900), past(NOW)]);
  });
});
