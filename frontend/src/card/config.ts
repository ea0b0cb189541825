// What people set of a card: its shape, the visual editor, what is suggested for an entity.

import type { HomeAssistant } from "../data/home-assistant";
import { DOMAIN, type Appliance, type Overview } from "../data/types";
import { localizer, pageLanguage, type Word } from "../localize";
import type { Suggestion } from "../register";

export const CARD = "elfe-plan-card";

export interface CardConfig {
  type: string;
  title?: string;
  /** Any entities of the appliances; none means all that the user may see. */
  entities?: string[];
  config_entry_id?: string;
  homes?: string[];
  areas?: string[];
  kinds?: string[];
  hours_back?: number;
  hours_ahead?: number;
  health?: boolean;
  legend?: boolean;
}

export const HOURS_BACK = 6;
export const HOURS_AHEAD = 18;
const MOST_HOURS = 48;

const LISTS = ["entities", "homes", "areas", "kinds"] as const;

/** Return a configuration with its lists as lists; raises an error that says what is wrong. */
export function checked(config: CardConfig): CardConfig {
  const found = { ...config };
  for (const key of LISTS) {
    const value: unknown = found[key];
    if (value === undefined || value === null) delete found[key];
    else if (typeof value === "string") found[key] = [value];
    else if (!Array.isArray(value) || value.some((each) => typeof each !== "string"))
      throw new Error(`${key}: a list of texts is expected`);
  }
  for (const [key, least] of [
    ["hours_back", 0],
    ["hours_ahead", 1],
  ] as const) {
    const value: unknown = found[key];
    if (value === undefined || value === null) delete found[key];
    else if (typeof value !== "number" || !(value >= least && value <= MOST_HOURS))
      throw new Error(`${key}: a number from ${least} to ${MOST_HOURS} is expected`);
  }
  return found;
}

/** Return the switch that stands for the appliance of any entity of ours, nothing for another. */
export function pilotOf(hass: HomeAssistant, entityId: string): string | undefined {
  const entry = hass.entities[entityId];
  if (entry?.platform !== DOMAIN || !entry.device_id) return undefined;
  return Object.values(hass.entities).find(
    (each) =>
      each !== undefined &&
      each.device_id === entry.device_id &&
      each.platform === DOMAIN &&
      each.translation_key === "pilot" &&
      each.entity_id.startsWith("switch."),
  )?.entity_id;
}

/** Return the room of an appliance, that of its device unless its switch has one of its own. */
export function areaOf(hass: HomeAssistant, appliance: Appliance): string | undefined {
  const entry = appliance.entity_id ? hass.entities[appliance.entity_id] : undefined;
  return entry?.area_id ?? (entry?.device_id ? hass.devices[entry.device_id]?.area_id : null) ?? undefined;
}

/** Return what is suggested when an entity is picked. */
export function suggestion(hass: HomeAssistant, entityId: string): Suggestion | null {
  const pilot = pilotOf(hass, entityId);
  return pilot ? { config: { type: `custom:${CARD}`, entities: [pilot] } } : null;
}

const KINDS = [
  "dishwasher",
  "washing_machine",
  "tumble_dryer",
  "water_heater",
  "heater",
  "controlled_heater",
  "electric_car",
  "electric_bike",
  "electric_forklift",
  "generic_machine",
];

interface Field {
  name: string;
}

/** Return what the visual editor asks. Homes are asked of the integration. */
export async function form(): Promise<unknown> {
  const word = localizer(pageLanguage());
  const homes = await homesKnown();
  const hours = (min: number) => ({ number: { min, max: MOST_HOURS, mode: "box", step: 1 } });
  return {
    schema: [
      { name: "title", selector: { text: {} } },
      {
        name: "entities",
        selector: { entity: { multiple: true, filter: [{ integration: DOMAIN, domain: "switch" }] } },
      },
      ...(homes.length > 1
        ? [{ name: "homes", selector: { select: { multiple: true, custom_value: true, options: homes } } }]
        : []),
      { name: "areas", selector: { area: { multiple: true } } },
      {
        name: "kinds",
        selector: {
          select: {
            multiple: true,
            mode: "dropdown",
            options: KINDS.map((kind) => ({ value: kind, label: word(`kind_${kind}` as Word) })),
          },
        },
      },
      {
        type: "grid",
        name: "",
        schema: [
          { name: "hours_back", default: HOURS_BACK, selector: hours(0) },
          { name: "hours_ahead", default: HOURS_AHEAD, selector: hours(1) },
          { name: "health", default: true, selector: { boolean: {} } },
          { name: "legend", default: true, selector: { boolean: {} } },
        ],
      },
    ],
    computeLabel: ({ name }: Field) => (name ? word(`config_${name}` as Word) : undefined),
    computeHelper: ({ name }: Field) => (name === "entities" ? word("config_entities_help") : undefined),
    assertConfig: (config: CardConfig) => void checked(config),
  };
}

async function homesKnown(): Promise<string[]> {
  const main = document.querySelector("home-assistant") as { hass?: HomeAssistant } | null;
  try {
    const told = await main?.hass?.callWS<Overview>({ type: `${DOMAIN}/overview` });
    return [...new Set(told?.entries.flatMap((entry) => entry.homes))].sort();
  } catch {
    return [];
  }
}
