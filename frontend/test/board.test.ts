import { expect, test } from "vitest";
import type { EntityEntry, HomeAssistant } from "../src/data/home-assistant";
import type { Away } from "../src/data/types";
import { Registry, boardOf, planOf, type BoardOptions, type Card, type Entry } from "../src/strategy/board";

import { isOtherwise } from "../src/strategy/source";
import { saying } from "../src/strategy/words";
import "../src/strategy/dashboard";
import "../src/strategy/section";
import overview from "./fixtures/overview.json";

const entries = overview.entries as unknown as Entry[];
const say = saying("en");

/** What the registry has: device, then keys of what it shows. */
const HAS: Record<string, string[]> = {
  dishwasher: ["pilot", "load_power"],
  tank: ["pilot"],
  heater: ["pilot", "load_power"],
  hub1: ["lifecycle", "device_connection", "ems_connection", "newest_plan", "last_cycle", "run_cycle"],
  hub2: ["lifecycle", "device_connection", "run_cycle"],
  screen1: ["screen_connection"],
  meter: ["net_power", "surplus", "energy_taken", "meter_connection"],
  ups: ["ups_status", "ups_charge", "ups_on_battery"],
  rule: ["rule", "rule_reason"],
  planner: ["planner_state", "planned_cost_today", "plan_now"],
};

function entities(has = HAS): HomeAssistant["entities"] {
  const made: Record<string, EntityEntry> = {};
  for (const [device, keys] of Object.entries(has))
    for (const key of keys)
      made[`x.${device}_${key}`] = {
        entity_id: `x.${device}_${key}`,
        platform: "elfe_commande",
        translation_key: key,
        device_id: device,
      };
  return made;
}

function board(
  found = entries,
  options: BoardOptions = {},
  registry = new Registry(entities()),
  away: Record<string, Away> = {},
) {
  const view = boardOf({ entries: found, away }, registry, say, options);
  const cards: Card[] = view.sections.flatMap((each) => each.cards);
  return { view, cards, headings: cards.flatMap((each) => (each.heading as string) ?? []) };
}

test("homes with their plans come first, then what happened, then all else", () => {
  const { view, cards, headings } = board();
  expect(view.sections.map((each) => each.column_span)).toEqual([2, undefined]);
  expect(headings).toEqual([
    "Home R001",
    "Home R002",
    "Garden",
    "Power",
    "What happened",
    "Wall screens",
    "Plan and cost",
    "Smart meter",
    "UPS",
    "Surplus rules",
    "Health of ELFE",
    "Health of Solar home",
  ]);
  expect(view.sections[0]!.cards.at(-1)!.type).toBe("logbook");
  expect(cards.filter((each) => each.type === "logbook")).toHaveLength(1);
});

test("a home has its own plan; what is the same of all is said once", () => {
  const plans = board().cards.filter((each) => each.type === "custom:elfe-plan-card");
  expect(plans.map((each) => [each.config_entry_id, each.homes, each.health])).toEqual([
    ["e1", ["R001"], undefined],
    ["e1", ["R002"], false],
    ["e2", ["Garden"], undefined],
  ]);
});

test("all there is has a place, once", () => {
  const { cards } = board();
  const rows = cards.filter((each) => each.type === "entities").flatMap((each) => each.entities as Card[]);
  const tiles = cards.filter((each) => each.type === "tile");
  const shown = [...tiles, ...rows].map((each) => each.entity);
  expect(shown).toEqual(expect.arrayContaining([
    "x.planner_planned_cost_today",
    "x.meter_net_power",
    "x.ups_ups_on_battery",
    "x.rule_rule_reason",
    "x.screen1_screen_connection",
    "x.hub1_ems_connection",
    "x.hub2_run_cycle",
  ]));
  expect(new Set(shown).size).toBe(shown.length);
  const graph = cards.find((each) => each.type === "history-graph")!;
  expect((graph.entities as { name?: string }[]).map((each) => each.name)).toEqual([
    undefined,
    "Dishwasher R001",
    "Heater Garden",
  ]);
  const log = cards.find((each) => each.type === "logbook")!;
  expect((log.target as { entity_id: string[] }).entity_id).toHaveLength(3);
});

test("what there is not has no heading, and no card names what is not there", () => {
  const registry = new Registry(entities({ tank: ["pilot"] }));
  const { headings, cards } = board([{ ...entries[0]!, homes: ["R002"] }], {}, registry);
  expect(headings).toEqual(["Home R002", "What happened"]);
  expect(JSON.stringify(cards)).not.toContain("undefined");
});

test("hidden entities stay hidden, and another integration's are not ours", () => {
  const known = entities({ hub1: ["lifecycle"], tank: ["pilot"] });
  Object.assign(known["x.hub1_lifecycle"]!, { hidden: true });
  known["x.tank_pilot"]!.platform = "demo";
  expect(board(entries, {}, new Registry(known)).headings).not.toContain("What happened");
  expect(board(entries, {}, new Registry(known)).headings).not.toContain("Health of ELFE");
});

test("a territory of many homes has one card of all", () => {
  const homes = Array.from({ length: 40 }, (_, index) => `R${index}`);
  const { cards, headings } = board([{ ...entries[0]!, homes }]);
  const plans = cards.filter((each) => each.type === "custom:elfe-plan-card");
  expect(plans).toHaveLength(1);
  expect(plans[0]!.homes).toBeUndefined();
  expect(headings[0]).toBe("ELFE");
});

test("nothing yet says where appliances are added", () => {
  const { cards } = board([{ ...entries[0]!, homes: [], equipments: [], devices: [] }]);
  expect(cards).toHaveLength(1);
  expect(cards[0]!.content).toContain("no appliance yet");
});

test("people choose entries, and what they want beside", () => {
  const also = [{ heading: "Mains", icon: "mdi:flash", text: "Cut them.", entities: ["switch.mains"] }];
  const { cards, headings } = board(entries, { config_entry_ids: ["e2"], also, hours_to_show: 1 });
  expect(headings.slice(0, 4)).toEqual(["Garden", "Power", "What happened", "Mains"]);
  expect(cards.some((each) => each.content === "Cut them.")).toBe(true);
  expect(cards.find((each) => each.entity === "switch.mains")!.type).toBe("tile");
  expect(cards.find((each) => each.type === "history-graph")!.hours_to_show).toBe(1);
  expect(headings).toContain("Health");
});

test("an entry that is not loaded is told, and never taken for one without appliances", () => {
  const retried: Record<string, Away> = { e9: { title: "Away", state: "retry" }, e8: { title: "Off", state: "disabled" } };
  const texts = (found: Entry[], options: BoardOptions = {}) =>
    board(found, options, undefined, retried).cards.flatMap((each) => (each.type === "markdown" ? [each.content as string] : []));
  const [only, ...rest] = texts(entries);
  expect(only).toBe("Away is not running: it could not be set up. It is tried again.");
  expect(rest).toEqual([]);
  expect(texts([])).toEqual([only, "Off is disabled."]);
  expect(texts(entries, { config_entry_ids: ["e1"] })).toEqual([]);
  expect(board([], {}, undefined, {}).cards[0]!.content).toContain("There is no appliance yet");
});

test("in French", () => {
  const view = boardOf({ entries, away: {} }, new Registry(entities()), saying("fr-FR"));
  const text = JSON.stringify(view);
  expect(text).toContain("Foyer R001");
  expect(text).toContain("Ce qui s’est passé");
});

test("a section has the plan of one home", () => {
  expect(planOf(entries[1], "Garden", say)).toMatchObject([
    { type: "heading", heading: "Garden" },
    { type: "custom:elfe-plan-card", config_entry_id: "e2", homes: ["Garden"] },
  ]);
  expect(planOf(undefined, undefined, say)[0]!.heading).toBe("Appliances");
});

// ------------------------------------------------------------------- as the frontend asks

interface Strategy {
  generate(config: object, hass: HomeAssistant): Promise<Record<string, unknown>>;
  shouldRegenerate(config: object, before: HomeAssistant, after: HomeAssistant): boolean;
  getCreateSuggestions?(hass: HomeAssistant): { title: string };
}

function strategy(kind: string): Strategy {
  return customElements.get(`ll-strategy-${kind}-elfe-commande`) as unknown as Strategy;
}

function hass(more: Partial<HomeAssistant> = {}): HomeAssistant {
  return {
    locale: { language: "en" },
    language: "en",
    config: { time_zone: "UTC", state: "RUNNING" },
    states: {},
    entities: entities(),
    devices: {},
    areas: {},
    callWS: () => Promise.resolve(overview),
    ...more,
  } as unknown as HomeAssistant;
}

const absent = () => Promise.reject({ code: "unknown_command", message: "Unknown command." });

test("a dashboard is one page, which writes itself", async () => {
  const { views } = await strategy("dashboard").generate({ type: "custom:elfe-commande", hours_to_show: 2 }, hass());
  const [page] = views as { strategy: object }[];
  expect(page).toMatchObject({ title: "Appliances", path: "appliances" });
  const written = await strategy("view").generate(page!.strategy, hass());
  expect(JSON.stringify(written)).toContain('"hours_to_show":2');
  expect(strategy("dashboard").getCreateSuggestions!(hass()).title).toBe("Appliances");
});

test("while the integration does not run it says so, and any other failure is the frontend's to tell", async () => {
  const written = await strategy("view").generate({}, hass({ callWS: absent }));
  expect(JSON.stringify(written)).toContain("does not run");
  expect(JSON.stringify(await strategy("section").generate({}, hass({ callWS: absent })))).toContain("does not run");
  const lost = hass({ callWS: () => Promise.reject(3) });
  await expect(strategy("view").generate({}, lost)).rejects.toBe(3);
});

test("a section is of the home that is named, of the only one, or of all", async () => {
  const heading = async (config: object, told: unknown = overview) => {
    const { cards } = await strategy("section").generate(config, hass({ callWS: (() => Promise.resolve(told)) as never }));
    return (cards as Card[])[0]!.heading;
  };
  expect(await heading({ home: "R002" })).toBe("Home R002");
  expect(await heading({ config_entry_id: "e1" })).toBe("ELFE");
  expect(await heading({})).toBe("Appliances");
  expect(await heading({}, { entries: [overview.entries[1]] })).toBe("Garden");
  // One that is not loaded now has its card, which tells that, and no other's.
  const told = { entries: [overview.entries[1]], away: { e1: { title: "ELFE", state: "retry" } } };
  expect(await heading({ config_entry_id: "e1" }, told)).toBe("ELFE");
  const { cards } = await strategy("section").generate({ config_entry_id: "e1" }, hass({ callWS: (() => Promise.resolve(told)) as never }));
  expect((cards as Card[])[1]!.config_entry_id).toBe("e1");
});

test("it is written anew when something came, went, or is there again; never for a state", () => {
  const before = hass();
  const state = { ...before, states: { "light.x": { entity_id: "light.x", state: "on", attributes: {} } } };
  expect(isOtherwise(before, state)).toBe(false);
  // Somebody else's entity.
  const others = { ...before, entities: { ...before.entities, "light.x": { entity_id: "light.x", platform: "hue" } } };
  expect(isOtherwise(before, others)).toBe(false);
  const ours = { ...before, entities: entities({ ...HAS, pump: ["pilot"] }) };
  expect(strategy("view").shouldRegenerate({}, before, ours)).toBe(true);
  expect(strategy("section").shouldRegenerate({}, before, ours)).toBe(true);
  expect(strategy("dashboard").shouldRegenerate({}, before, ours)).toBe(false);

  const lifecycle = (value: string) => ({
    ...before,
    states: { "x.hub1_lifecycle": { entity_id: "x.hub1_lifecycle", state: value, attributes: {} } },
  });
  expect(isOtherwise(lifecycle("running"), lifecycle("unavailable"))).toBe(false);
  expect(isOtherwise(lifecycle("unavailable"), lifecycle("running"))).toBe(true);
  expect(isOtherwise(before, { ...before, config: { time_zone: "UTC", state: "STARTING" } })).toBe(true);
  const french = { ...before, locale: { language: "fr" } };
  expect(isOtherwise(before, french)).toBe(true);
  expect(strategy("dashboard").shouldRegenerate({}, before, french)).toBe(true);
});

test("they are offered under names in the language of the page", () => {
  const offered = window.customStrategies!.filter((each) => each.type === "elfe-commande");
  expect(offered.map((each) => each.strategyType)).toEqual(["dashboard", "section"]);
  document.documentElement.lang = "fr";
  expect(offered.map((each) => each.name)).toEqual(["ELFE Commande", "Plan d’un foyer"]);
  expect(offered.every((each) => each.description!.length > 20)).toBe(true);
});
