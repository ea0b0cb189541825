// What the integration tells over the WebSocket: docs/websocket.md has the shapes. Times are unix
// seconds, powers W, energies Wh.

export const DOMAIN = "elfe_commande";

/** Seconds of a quarter-hour. */
export const SLOT = 900;

export interface Health {
  /** That of the entry. */
  title?: string;
  lifecycle: number;
  running: boolean;
  /** Whether the database answered. */
  ems: boolean;
  broker: boolean;
  plan_at: number | null;
  /** Plans come from a server, each quarter-hour; others are as old as whoever gave them wants. */
  server?: boolean;
  /** Decides and shows, and orders nothing. */
  shadow?: boolean;
  /** What makes plans here; `plan_at` tells of plans that are made elsewhere. */
  makers?: Maker[];
}

export interface Maker {
  kind: "planner" | "plan_source";
  title: string;
  /** As its sensor shows it; nothing before its first plan. */
  state: string | null;
  well: boolean;
  /** When it last planned, or was last read. */
  at: number | null;
}

export interface Plan {
  start: number;
  /** A 0 or a 1 for each quarter-hour from `start` on. */
  slots: string;
  owner: string;
  /** It was made since the appliance was last set; a machine waits for the next one else. */
  valid: boolean;
  /** Quarter-hours to come that the plan before decided otherwise. */
  changed: number[];
}

/** What became of an appliance from `at` to `until`, in each quarter-hour alike. */
export interface Past {
  at: number;
  until: number;
  planned: boolean | null;
  on: boolean | null;
  source: string | null;
  reason: string | null;
  outcome: "acknowledged" | "failed" | "doubtful" | "skipped" | null;
  failure: string | null;
  /** Seconds of each quarter-hour; nothing where nothing tells. */
  ran: number | null;
  energy: number | null;
}

export interface Decision {
  on: "on" | "off" | "none" | null;
  source: string | null;
  reason: string | null;
  sentence: string | null;
}

export type Ability = "pilot" | "start" | "mode" | "deadline";

export interface Appliance {
  id: string;
  equipment_id: number;
  entity_id: string | null;
  name: string;
  home: string;
  kind: string | null;
  mode: string;
  running: boolean | null;
  connected: boolean | null;
  power: number | null;
  wished_end: number | null;
  ready_at: number | null;
  late: boolean;
  next_start: number | null;
  decision: Decision;
  can: Ability[];
  plan: Plan | null;
  past?: Past[];
}

/** An entry that is not loaded; one that is `starting` may be loaded again in a moment. */
export interface Away {
  title: string;
  state: "starting" | "retry" | "failed" | "disabled";
}

export interface AllEvent {
  type: "all";
  now: number | null;
  slot: number;
  health: Record<string, Health>;
  away: Record<string, Away>;
  equipments: Appliance[];
}

export interface ChangeEvent {
  type: "change";
  equipments: Appliance[];
  removed: string[];
  health?: Record<string, Health>;
  away?: Record<string, Away>;
}

export type PlanEvent = AllEvent | ChangeEvent;

export interface Overview {
  entries: {
    entry_id: string;
    title: string;
    homes: string[];
    equipments: {
      id: string;
      equipment_id: number;
      entity_id: string | null;
      device_id: string | null;
      config_entry_id: string;
      home: string;
      name: string;
    }[];
  }[];
  /** Entries that are not loaded. */
  away?: Record<string, Away>;
}

/** What our own chain would do; of what an EMS decides later it says nothing. */
export interface Simulation {
  now: number;
  /** When the first of the quarter-hours begins. */
  start: number;
  /** A 1, a 0, or a - where nobody can tell yet. */
  slots: string;
  ready_at: number | null;
  late: boolean;
  notes: { key: string; text: string }[];
}

/** Return to which entry an appliance belongs. */
export function entryOf(appliance: Appliance): string {
  return appliance.id.slice(0, appliance.id.lastIndexOf("_"));
}
