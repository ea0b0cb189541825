import { expect, test, vi } from "vitest";
import type { PlanCard } from "../src/card/plan-card";
import { checked, form, suggestion } from "../src/card/config";
import type { AllEvent, Away, Maker } from "../src/data/types";
import { all, all_, card, change, connection, hass, live, one, open, press, settled, strip, text, told } from "./card-page";
import { FakeConnection, appliance } from "./helpers";

test("shows one row for each appliance, by name, each with its sentence", async () => {
  await open({ title: "Evening" });
  expect(text(".notice")).toBe("Loading the plan…");
  await told();
  expect(all_(".name").map((each) => each.textContent)).toEqual(["Ballon", "Lave-linge", "Radiateur"]);
  expect(all_(".why").map((each) => each.textContent)).toEqual([
    "Off: the plan set by an action does not want it on",
    "Waits for its next plan",
    "Off: the plan set by an action does not want it on",
  ]);
  expect(one(".notice")).toBeNull();
  expect(text(".health")).toContain("Plan 35 min old");
  expect(all_(".legend li").map((each) => each.textContent?.trim())).toContain("Order failed");
});

test("draws each state of a row with one path", async () => {
  await open();
  await told();
  for (const svg of all_("svg")) {
    const classes = [...svg.querySelectorAll("path")].map((path) => path.getAttribute("class"));
    expect(new Set(classes).size).toBe(classes.length);
  }
  expect(all_("svg path").length).toBeLessThan(3 * 12 + 20);
});

test("draws anew only what changed, and nothing for what does not concern it", async () => {
  await open();
  await told();
  const before = all_(".strip svg");
  const asked = vi.spyOn(card, "requestUpdate");
  card.hass = { ...hass, states: { "light.one": undefined } };
  expect(asked).not.toHaveBeenCalled();
  connection.tell(change);
  await settled();
  expect(all_(".strip svg")).toEqual(before);
  expect(text(".chip.late")).toContain("Late: done about");
  expect(text(".chip.new")).toMatch(/New plan: .+ instead of/);
});

test("a quarter-hour says why, by keyboard alone", async () => {
  await open();
  await told();
  expect(all_(".strip").map((each) => each.tabIndex)).toEqual([0, -1, -1]);
  await press("Ballon", "ArrowDown");
  expect(all_(".strip").map((each) => each.tabIndex)).toEqual([-1, 0, -1]);
  await press("Lave-linge", "ArrowDown");
  await press("Radiateur", "ArrowLeft");
  expect(strip("Radiateur").getAttribute("aria-valuenow")).toBe("23");
  expect(strip("Radiateur").getAttribute("aria-valuetext")).toContain("Order failed. reason device_unavailable.");
  expect(one(".detail")).toBeNull();
  await press("Radiateur", "Enter");
  expect(text(".detail .what")).toContain("Order failed");
  expect(text(".detail .reason")).toBe("reason device_unavailable");
  await press("Radiateur", "Home");
  expect(text(".detail .state")).toBe("Unknown");
  await press("Radiateur", "End", "ArrowRight");
  expect(strip("Radiateur").getAttribute("aria-valuenow")).toBe("95");
  await press("Radiateur", "Escape");
  expect(one(".detail")).toBeNull();
});

test("a tap on a quarter-hour opens it", async () => {
  await open();
  await told();
  strip("Ballon").dispatchEvent(new MouseEvent("click", { clientX: 225, bubbles: true }));
  await settled();
  expect(strip("Ballon").getAttribute("aria-valuenow")).toBe("22");
  expect(text(".detail .state")).toBe("Ran");
  one(".close").click();
  await settled();
  expect(one(".detail")).toBeNull();
});

test("where the page lost the words of the entities, the card fetches them and shows them", async () => {
  const words = (key: string) => (key.includes(".reason.state.") ? "in words" : "");
  live({ language: "pt", localize: () => "", loadBackendTranslation: () => Promise.resolve(words) });
  await open();
  await told();
  await press("Radiateur", "ArrowLeft", "Enter");
  expect(text(".detail .reason")).toBe("in words");
});

test("says what is the matter instead of rows", async () => {
  connection.refuse = { code: "unknown_command", message: "" };
  await open();
  expect(text(".notice")).toContain("does not run in this Home Assistant");
  card.remove();
  connection.refuse = undefined;
  await open();
  connection.tell({ ...all, equipments: [] });
  await settled();
  expect(text(".notice")).toContain("you may not see any");
  await told();
  connection.lose();
  await settled();
  expect(text(".notice")).toContain("Connection lost");
  expect(all_(".row")).toHaveLength(3);
  connection.comeBack();
  await told();
  expect(one(".notice")).toBeNull();
});

test("says that an entry is not loaded, and what was known of it stays in sight", async () => {
  const nothing = { ...all, now: null, health: {}, equipments: [] };
  const away = (state: Away["state"]) => ({ entry: { title: "Maison", state } });
  const row = () => one('[data-id="entry_1"]');
  await open();
  connection.tell({ ...nothing, away: away("retry") });
  await settled();
  expect(text(".notice")).toBe("ELFE Commande is not running: it could not be set up. It is tried again.");
  await told();
  expect(one(".notice")).toBeNull();
  connection.tell({ ...nothing, away: away("starting") });
  await settled();
  expect(text(".notice")).toBe(
    "ELFE Commande is not running; it is being set up. What is shown of it is what was known before.",
  );
  expect(all_(".row.old")).toHaveLength(3);
  // What is asked now nobody hears, and Home Assistant would not say so.
  one<HTMLButtonElement>('[data-id="entry_1"] .pilot').click();
  await settled();
  expect(hass.called).toEqual([]);
  expect(row().textContent).toContain("is being set up");
  connection.tell({ ...nothing, away: away("disabled") });
  await settled();
  expect(text(".notice")).toBe("ELFE Commande is disabled.");
  expect(row()).toBeNull();
});

test("of several entries it says which one is not loaded, where that concerns what is shown", async () => {
  const health = all.health["entry"]!;
  const ours = [appliance({ id: "entry_1" }), appliance({ id: "other_1", home: "Elsewhere" })];
  const both = { ...all, health: { entry: health, other: health }, equipments: ours };
  const left = { ...all, health: { entry: health }, equipments: [ours[0]!] };
  const away = (state: Away["state"]) => ({ other: { title: "Second", state } });
  const notice = async (...told: AllEvent[]) => {
    for (const each of told) connection.tell(each);
    await settled();
    return [text(".notice") ?? "", all_(".row.old").length, all_(".row").length];
  };
  await open();
  expect(await notice(both, { ...left, away: away("failed") })).toEqual([
    expect.stringContaining("ELFE Commande (Second) is not running: it could not be set up. Settings"),
    1,
    2,
  ]);
  expect(await notice({ ...left, away: away("disabled") })).toEqual(["", 0, 1]);
  expect(await notice({ ...left, away: away("starting") })).toEqual([expect.stringContaining("(Second)"), 0, 1]);
  card.remove();
  await open({ homes: ["Home", "Nowhere"] });
  expect(await notice(both, { ...left, away: away("retry") })).toEqual(["", 0, 1]);
});

test("where the integration is gone nothing looks well, and nothing is asked of it", async () => {
  await open();
  const tile = document.createElement("elfe-next-run") as HTMLElement & Record<string, unknown> & { updateComplete: Promise<unknown> };
  const heard = connection;
  const lost = new FakeConnection();
  tile["context"] = { entity_id: "switch.one" };
  tile["hass"] = { ...hass, connection: lost };
  document.body.append(tile);
  await tile.updateComplete;
  const soon = Math.floor(Date.now() / 1000) + 7200;
  for (const each of [heard, lost])
    each.tell({ ...all, equipments: [appliance({ next_start: soon, ready_at: soon + 900 })] });
  for (const each of [heard, lost]) {
    each.lose();
    each.refuse = { code: "unknown_command", message: "Unknown command." };
    each.comeBack();
  }
  await settled();
  await tile.updateComplete;
  expect(text(".notice")).toContain("does not run in this Home Assistant");
  expect([all_(".row").length, all_(".health").length]).toEqual([1, 0]);
  one<HTMLButtonElement>(".pilot").click();
  await settled();
  expect(hass.called).toEqual([]);
  expect(text(".problem")).toContain("does not run in this Home Assistant");
  const shown = tile.shadowRoot!;
  expect(shown.querySelector(".text")?.textContent).toContain("does not run in this Home Assistant");
  expect(shown.querySelector(".old")).not.toBeNull();
  lost.lose();
  await tile.updateComplete;
  expect(shown.querySelector(".text")?.textContent).toContain("Connection lost");
  tile.remove();
});

test("a sentence of Home Assistant, whose times are the home's, says so beside one's own", async () => {
  const locale = { language: "en", time_format: "24", time_zone: "local" };
  live({ locale, config: { time_zone: "Indian/Reunion" } });
  const start = Date.UTC(2026, 11, 1, 5) / 1000;
  const said = (id: string, sentence: string) =>
    appliance({ id, name: id, next_start: start, ready_at: start + 3600, decision: { on: "off", source: "ems", reason: "planned", sentence } });
  const equipments = [said("entry_1", "Off: the planner wants it on at 09:00"), said("entry_2", "Waits for its next plan")];
  const whys = () => all_(".why").map((each) => each.textContent);
  await open();
  connection.tell({ ...all, now: start - 3600, equipments });
  await settled();
  expect(text(".next")).toBe("06:00 → 07:00");
  expect(whys()).toEqual(["Off: the planner wants it on at 09:00 (home’s time)", "Waits for its next plan"]);
  expect(strip("entry_1").getAttribute("aria-valuetext")).toContain("(home’s time)");
  const tile = document.createElement("elfe-next-run") as HTMLElement & Record<string, unknown> & { updateComplete: Promise<unknown> };
  tile["context"] = { entity_id: "switch.one" };
  tile["hass"] = hass;
  document.body.append(tile);
  await tile.updateComplete;
  connection.tell({ ...all, equipments: [equipments[0]!] });
  await tile.updateComplete;
  expect(tile.shadowRoot!.querySelector(".text")?.getAttribute("title")).toContain("(home’s time)");
  tile.remove();
  card.hass = { ...hass, locale: { ...locale, time_zone: "server" } };
  await settled();
  expect(text(".next")).toBe("09:00 → 10:00");
  expect(whys()[0]).toBe("Off: the planner wants it on at 09:00");
});

test("says how the sources are, and that nothing is ordered in shadow mode", async () => {
  await open();
  const health = { lifecycle: 2, running: false, ems: false, broker: false, plan_at: null, shadow: true };
  connection.tell({ ...all, health: { entry: health } });
  await settled();
  expect(all_(".health .chip").map((each) => each.textContent?.trim())).toEqual([
    "Not running: no order is sent",
    "Database not reachable",
    "MQTT broker not connected",
    "No plan yet",
  ]);
  expect(text(".shadow")).toContain("nothing is ordered");
});

test("says that all is well where there is a plan only", async () => {
  await open();
  connection.tell(all);
  await settled();
  expect(all_(".health .well")).toHaveLength(1);
  connection.tell({ ...all, health: { entry: { ...all.health.entry!, plan_at: null } } });
  await settled();
  expect(text(".health .chip")).toContain("No plan yet");
  expect(all_(".health .well")).toHaveLength(0);
});

test("what makes plans here says how it is, whatever the age of what it handed on", async () => {
  hass.localize = (key) => (key.endsWith("planner_state.state.price_missing") ? "Prices missing" : "");
  await open();
  const now = all.now!;
  const planner = { kind: "planner", title: "Planner", state: "ok", well: true, at: now - 240 } as const;
  const source = { kind: "plan_source", title: "EMHASS", state: "ok", well: true, at: now - 60 } as const;
  const chips = async (...makers: Maker[]) => {
    const health = { ...all.health.entry!, plan_at: now - 15 * 3600, server: true, makers };
    connection.tell({ ...all, health: { entry: health } });
    await settled();
    return all_(".health .chip").map((each) => [each.className.trim(), each.textContent?.trim()]);
  };
  expect(await chips(planner, source)).toEqual([
    ["chip well", "Planner: planned 4 min ago"],
    ["chip well", "EMHASS: read 1 min ago"],
  ]);
  expect(await chips({ ...planner, state: "price_missing", well: false }, { ...source, state: "away", well: false, at: null })).toEqual([
    ["chip wrong", "Planner: Prices missing · planned 4 min ago"],
    ["chip wrong", "EMHASS: away · No plan yet"],
  ]);
  expect(await chips({ ...planner, at: now - 7 * 3600 })).toEqual([["chip wrong", "Planner: planned 7 h ago"]]);
  expect(await chips({ ...planner, state: null, at: null })).toEqual([["chip", "Planner: No plan yet"]]);
  expect(await chips()).toEqual([["chip wrong", "Plan 15 h old"]]);
  expect(await chips({ ...planner, at: now - 20 })).toEqual([["chip well", "Planner: planned less than a minute ago"]]);
});

test("a plan that is given once a day is not old in the evening", async () => {
  await open();
  const health = { ...all.health.entry!, plan_at: all.now! - 15 * 3600, server: false };
  connection.tell({ ...all, health: { entry: health } });
  await settled();
  expect(text(".health .well")).toBe("Plan 15 h old");
});

test("shows only what it is set to show", async () => {
  hass.entities = {
    "switch.ballon_follow_the_plan": { entity_id: "switch.ballon_follow_the_plan", platform: "elfe_commande", device_id: "d" },
  };
  hass.devices = { d: { id: "d", area_id: "cellar" } };
  const names = () => all_(".name").map((each) => each.textContent);
  for (const [config, shown] of [
    [{ kinds: ["heater", "water_heater"] }, ["Ballon", "Radiateur"]],
    [{ areas: "cellar" }, ["Ballon"]],
    [{ homes: ["Maison", "Other"] }, ["Ballon", "Lave-linge", "Radiateur"]],
    [{ homes: ["Other", "Else"] }, []],
    [
      { entities: ["switch.radiateur_follow_the_plan", "switch.ballon_follow_the_plan"] },
      ["Radiateur", "Ballon", "Lave-linge"],
    ],
  ] as const) {
    await open(config);
    await told();
    expect(names()).toEqual(shown);
    if (!shown.length) expect(text(".notice")).toBe("No appliance matches what this card is set to show.");
    card.remove();
  }
  await open({ homes: ["Maison"], config_entry_id: "entry", entities: ["switch.one"], hours_back: 2 });
  expect(connection.asked.at(-1)).toEqual({
    type: "elfe_commande/plan/subscribe",
    hours_back: 2,
    config_entry_id: "entry",
    home: "Maison",
    entity_ids: ["switch.one"],
  });
});

test("another title does not ask anew, another past does", async () => {
  await open();
  await told();
  card.setConfig({ type: "custom:elfe-plan-card", title: "New" });
  await settled();
  expect(connection.asked).toHaveLength(1);
  expect(all_(".row")).toHaveLength(3);
  card.setConfig({ type: "custom:elfe-plan-card", hours_back: 12 });
  await settled();
  expect(connection.asked.map((each) => each["hours_back"])).toEqual([6, 12]);
  expect(connection.ended).toBe(1);
});

test("several homes have their headings; a meter is no appliance", async () => {
  await open();
  const meter = appliance({ id: "entry_9", name: "Meter", mode: "not_piloted", can: [] });
  connection.tell({ ...all, equipments: [...all.equipments, meter, appliance({ id: "entry_8", home: "Other" })] });
  await settled();
  expect(all_(".home").map((each) => each.textContent)).toEqual(["Maison", "Other"]);
  expect(all_(".name").map((each) => each.textContent)).not.toContain("Meter");
});

test("a configuration that cannot be is refused with what is wrong", () => {
  const config = { type: "custom:elfe-plan-card" };
  expect(checked({ ...config, homes: "One" as unknown as string[] }).homes).toEqual(["One"]);
  expect(() => checked({ ...config, kinds: [1] as unknown as string[] })).toThrow("kinds");
  expect(() => checked({ ...config, hours_back: 100 })).toThrow("hours_back");
  expect(() => checked({ ...config, hours_ahead: 0 })).toThrow("hours_ahead");
});

test("it is suggested for any entity of an appliance, and for no other", async () => {
  const entry = (entity_id: string, device_id: string, translation_key = "") => ({
    entity_id,
    device_id,
    translation_key,
    platform: "elfe_commande",
  });
  hass.entities = {
    "sensor.decision": entry("sensor.decision", "d", "decision"),
    "switch.one": entry("switch.one", "d", "pilot"),
    "sensor.hub": entry("sensor.hub", "hub"),
    "light.one": { entity_id: "light.one", platform: "demo", device_id: "d" },
  };
  const config = { type: "custom:elfe-plan-card", entities: ["switch.one"] };
  expect(suggestion(hass, "sensor.decision")).toEqual({ config });
  for (const other of ["sensor.hub", "light.one", "light.two"]) expect(suggestion(hass, other)).toBeNull();
  expect(window.customCards?.map((each) => each.type)).toEqual(["elfe-plan-card"]);
  expect(window.customCards?.[0]?.name).toBe("ELFE Commande: Plan of the appliances");
  expect(window.customCardFeatures?.[0]?.isSupported?.(hass, { entity_id: "sensor.decision" })).toBe(true);
  expect(window.customCardFeatures?.[0]?.isSupported?.(hass, {})).toBe(false);
  const asked = (await form()) as { schema: { name: string }[]; computeLabel: (field: { name: string }) => string };
  for (const field of asked.schema) if (field.name) expect(asked.computeLabel(field)).toBeTruthy();
});

test("a renamed entity is asked for by its new name", async () => {
  const known = (pilot: string) => ({
    "sensor.one": { entity_id: "sensor.one", platform: "elfe_commande", device_id: "one" },
    [pilot]: { entity_id: pilot, platform: "elfe_commande", device_id: "one", translation_key: "pilot" },
  });
  live({ entities: known("switch.one") });
  await open({ entities: ["sensor.one"] });
  const tile = document.createElement("elfe-next-run") as HTMLElement & Record<string, unknown>;
  tile["context"] = { entity_id: "sensor.one" };
  tile["hass"] = hass;
  document.body.append(tile);
  const asked = () => connection.asked.slice(-2).map((each) => each["entity_ids"]);
  expect(asked()).toEqual([["switch.one"], ["switch.one"]]);
  for (const entities of [known("switch.one"), known("switch.cellar")])
    for (const each of [card, tile]) (each as PlanCard).hass = { ...hass, entities };
  expect(asked()).toEqual([["switch.cellar"], ["switch.cellar"]]);
  expect(connection.asked).toHaveLength(4);
  tile.remove();
});

test("a tile says when its appliance runs next", async () => {
  const feature = document.createElement("elfe-next-run") as HTMLElement & Record<string, unknown> & { updateComplete: Promise<unknown> };
  feature["context"] = { entity_id: "switch.lave_linge_follow_the_plan" };
  feature["hass"] = hass;
  document.body.append(feature);
  await Promise.resolve();
  expect(connection.asked.at(-1)).toMatchObject({ entity_ids: ["switch.lave_linge_follow_the_plan"], hours_back: 0 });
  connection.tell({ ...all, equipments: change.equipments });
  await feature.updateComplete;
  const shown = feature.shadowRoot!;
  expect(shown.querySelector(".text")?.textContent).toBe("05:45 → 07:45");
  expect(shown.querySelectorAll("rect.planned, rect.expected")).toHaveLength(2);
  feature.remove();
  expect(connection.ended).toBe(1);
});
