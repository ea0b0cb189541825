// From what there is to a page: pure. Homes with their plans first, then what they draw and what happened,
// then all else; on a phone one comes after the other.

import type { EntityEntry, HomeAssistant } from "../data/home-assistant";
import { DOMAIN, type Away, type Overview } from "../data/types";
import type { BoardWord, Say } from "./words";

/** A device that is no appliance's. */
export interface OtherDevice {
  device_id: string;
  name: string | null;
  kind: string;
  behind?: string | null;
  home?: string;
}

export type Entry = Overview["entries"][number] & { local?: boolean; devices?: OtherDevice[] };

/** What there is: the entries that are loaded, and how it is with the others. */
export interface Found {
  entries: Entry[];
  away: Record<string, Away>;
}

/** What a card needs of an entry, loaded or not. */
type Named = Pick<Entry, "entry_id" | "title" | "local">;

/** Something that people want beside what there is of ours. */
export interface Beside {
  heading?: string;
  icon?: string;
  text?: string;
  entities?: string[];
}

/** What people may set; nothing need be. */
export interface BoardOptions {
  /** Only these entries, by their ids. */
  config_entry_ids?: string[];
  /** Hours of the graph of powers. */
  hours_to_show?: number;
  also?: Beside[];
}

export interface Card {
  type: string;
  [option: string]: unknown;
}

interface Section {
  type: "grid";
  column_span?: number;
  cards: Card[];
}

export interface View {
  type: "sections";
  max_columns: number;
  sections: Section[];
}

const PLAN_CARD = "custom:elfe-plan-card";
/** Homes of an entry that have a card each; of more there is one card, which can be filtered. */
const MOST_HOMES = 6;
const MOST_SCREENS = 12;
const MOST_LINES = 12;
const MOST_TOLD = 100;

const METER = ["net_power", "surplus", "energy_taken", "energy_given", "meter_connection"];
const UPS = ["ups_status", "ups_on_battery", "ups_charge", "ups_input_voltage"];
const PLANNER = [
  "planner_state",
  "planned_cost_today",
  "planned_cost_tomorrow",
  "planned_sun_today",
  "planned_savings_today",
  "plan_now",
];
const HUB = ["lifecycle", "device_connection", "ems_connection", "run_cycle"];

/** The entities of ours, by device. */
export class Registry {
  private readonly byDevice = new Map<string, EntityEntry[]>();

  constructor(entities: HomeAssistant["entities"]) {
    for (const each of Object.values(entities)) {
      if (each?.platform !== DOMAIN || !each.device_id || isHidden(each)) continue;
      const known = this.byDevice.get(each.device_id);
      if (known) known.push(each);
      else this.byDevice.set(each.device_id, [each]);
    }
  }

  /** Return the entity of a device that means something. */
  of(deviceId: string | null, key: string): string | undefined {
    const known = deviceId === null ? undefined : this.byDevice.get(deviceId);
    return known?.find((each) => each.translation_key === key)?.entity_id;
  }

  /** Return those that there are. */
  all(deviceId: string | null, keys: readonly string[]): string[] {
    return keys.map((key) => this.of(deviceId, key)).filter((each) => each !== undefined);
  }
}

function isHidden(entity: EntityEntry): boolean {
  return (entity as { hidden?: boolean }).hidden === true;
}

/** Return the page of what there is. */
export function boardOf(
  { entries, away }: Found,
  registry: Registry,
  say: Say,
  options: BoardOptions = {},
): View {
  const wanted = options.config_entry_ids;
  const isWanted = (id: string) => !wanted?.length || wanted.includes(id);
  const shown = entries.filter((each) => isWanted(each.entry_id));
  const homes = shown.flatMap((entry) => homesOf(entry, say));
  // One that is disabled is meant to be, where there is another.
  const missing = Object.entries(away).filter(([id, { state }]) => isWanted(id) && !(homes.length && state === "disabled"));
  if (!homes.length && !missing.length) homes.push(text(say("empty")));
  homes.unshift(...missing.map(([, { state, title }]) => text(say(`away_${state}`, { entry: title }))));
  const beside = [
    ...besideOf(options.also ?? []),
    ...shown.flatMap((entry) => devicesOf(entry, registry, say)),
    ...shown.flatMap((entry) => healthOf(entry, registry, say, shown.length > 1)),
  ];
  // Beside all else on a desk, which leaves room below the homes; before it on a phone.
  homes.push(...powerOf(shown, registry, say, options.hours_to_show ?? 6), ...recordOf(shown, registry, say));
  const sections: Section[] = [{ type: "grid", column_span: 2, cards: homes }];
  if (beside.length) sections.push({ type: "grid", cards: beside });
  return { type: "sections", max_columns: 3, sections };
}

/** Return what is shown instead while there is nothing to ask. */
export function notThere(say: Say): View {
  const cards = [text(say("absent"))];
  return { type: "sections", max_columns: 3, sections: [{ type: "grid", cards }] };
}

/** Return a home with its plan, or a whole entry where none is named. */
export function planOf(entry: Named | undefined, home: string | undefined, say: Say): Card[] {
  const name = home === undefined ? entry?.title : nameOf(entry, home, say);
  return [heading(name ?? say("appliances"), "mdi:home-outline"), planCard(entry, home)];
}

function planCard(entry: Named | undefined, home: string | undefined, more: object = {}): Card {
  return {
    type: PLAN_CARD,
    ...(entry && { config_entry_id: entry.entry_id }),
    ...(home !== undefined && { homes: [home] }),
    ...more,
    grid_options: { columns: "full" },
  };
}

function homesOf(entry: Entry, say: Say): Card[] {
  if (!entry.equipments.length) return [];
  if (entry.homes.length > MOST_HOMES)
    return [heading(entry.title, "mdi:home-group"), planCard(entry, undefined)];
  // What is the same of all homes of an entry is said once.
  return entry.homes.flatMap((home, index) => [
    heading(nameOf(entry, home, say), "mdi:home-outline"),
    planCard(entry, home, index ? { health: false, legend: false } : {}),
  ]);
}

function nameOf(entry: Named | undefined, home: string, say: Say): string {
  // Those of a database have ids, those without a server are named by people.
  return entry?.local ? home : say("home", { home });
}

function besideOf(also: readonly Beside[]): Card[] {
  return also.flatMap((each) => [
    ...(each.heading ? [heading(each.heading, each.icon ?? "mdi:information-outline")] : []),
    ...(each.text ? [text(each.text)] : []),
    ...(each.entities ?? []).map((entity) => tile(entity)),
  ]);
}

function devicesOf(entry: Entry, registry: Registry, say: Say): Card[] {
  const of = (kind: string) => (entry.devices ?? []).filter((each) => each.kind === kind);
  const tiles = (devices: OtherDevice[], keys: readonly string[], name?: object) =>
    devices.flatMap(({ device_id }) => registry.all(device_id, keys).map((id) => tile(id, name)));
  const byDevice = { name: { type: "device" } };
  const screens = tiles(of("screen").slice(0, MOST_SCREENS), ["screen_connection"], byDevice);
  return [
    ...of("planner").flatMap((each) =>
      under(say("planner"), "mdi:calendar-clock", list(registry.all(each.device_id, PLANNER))),
    ),
    ...of("meter").flatMap((each) =>
      under(each.name ?? "", "mdi:meter-electric", list(registry.all(each.device_id, METER))),
    ),
    ...of("ups").flatMap((each) =>
      under(each.name ?? "", "mdi:power-plug-battery", list(registry.all(each.device_id, UPS))),
    ),
    ...under(say("rules"), "mdi:solar-power", [
      // Its reason is a sentence.
      ...tiles(of("surplus_rule"), ["rule_reason"], { ...byDevice, grid_options: WIDE }),
    ]),
    ...under(say("plan_sources"), "mdi:calendar-import", tiles(of("plan_source"), ["plan_source"], byDevice)),
    ...under(say("screens"), "mdi:tablet-dashboard", screens),
    ...under(say("panels"), "mdi:gesture-tap-button", tiles(of("panel"), ["panel_last_press"], byDevice)),
  ];
}

function powerOf(
  entries: readonly Entry[],
  registry: Registry,
  say: Say,
  hours: number,
): Card[] {
  const meters = entries.flatMap((entry) =>
    (entry.devices ?? [])
      .filter((each) => each.kind === "meter")
      .map(({ device_id }) => ({ entity: registry.of(device_id, "net_power") })),
  );
  const several = new Set(entries.flatMap((each) => each.homes)).size > 1;
  const loads = entries.flatMap((entry) =>
    entry.equipments.map((each) => ({
      entity: registry.of(each.device_id, "load_power"),
      name: several ? `${each.name} ${each.home}` : each.name,
    })),
  );
  const lines = [...meters, ...loads].filter((each) => each.entity !== undefined);
  if (!lines.length) return [];
  return under(say("power"), "mdi:flash", [
    {
      type: "history-graph",
      entities: lines.slice(0, MOST_LINES),
      hours_to_show: hours,
      grid_options: WIDE,
    },
  ]);
}

function healthOf(entry: Entry, registry: Registry, say: Say, several: boolean): Card[] {
  const hub = (entry.devices ?? []).find((each) => each.kind === "hub")?.device_id ?? null;
  const title = several ? say("health_of", { entry: entry.title }) : say("health");
  return under(title, "mdi:heart-pulse", list(registry.all(hub, HUB)));
}

function recordOf(entries: readonly Entry[], registry: Registry, say: Say): Card[] {
  // Lines of ours belong to the switch of their appliance.
  const told = entries
    .flatMap((entry) => entry.equipments.map((each) => registry.of(each.device_id, "pilot")))
    .filter((each) => each !== undefined);
  if (!told.length) return [];
  return under(say("record"), "mdi:history", [
    {
      type: "logbook",
      target: { entity_id: told.slice(0, MOST_TOLD) },
      hours_to_show: 12,
      grid_options: { columns: "full", rows: 8 },
    },
  ]);
}

// ------------------------------------------------------------------------------------ cards

const WIDE = { columns: "full" };
/** An entity's own name: whose it is, the heading says. */
const OWN = { type: "entity" };

function under(name: string, icon: string, cards: Card[]): Card[] {
  return cards.length ? [heading(name, icon), ...cards] : [];
}

function heading(name: string, icon: string): Card {
  return { type: "heading", heading: name, icon };
}

function text(content: string): Card {
  return { type: "markdown", content, grid_options: WIDE };
}

/** Return a card of rows, which have room for long names. */
function list(entities: string[]): Card[] {
  if (!entities.length) return [];
  const rows = entities.map((entity) => ({ entity, name: OWN }));
  return [{ type: "entities", entities: rows, state_color: true, show_header_toggle: false, grid_options: WIDE }];
}

function tile(entity: string, more: object = {}): Card {
  return {
    type: "tile",
    entity,
    name: OWN,
    grid_options: { columns: 6 },
    ...more,
  };
}

export type { BoardWord };
