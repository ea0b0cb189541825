import type { Connection, HomeAssistant } from "../src/data/home-assistant";
import type { Teller } from "../src/data/timeline";
import type { AllEvent, Appliance, ChangeEvent, Past, PlanEvent } from "../src/data/types";
import { clockOf, localizer, numbersOf } from "../src/localize";
import told from "./fixtures/evening.json";

/** What the integration really told: a test in Python writes it. */
export function evening(): { all: AllEvent; change: ChangeEvent; again: AllEvent } {
  return structuredClone(told) as unknown as ReturnType<typeof evening>;
}

export const NOW = 1796007900;
/** When the present quarter-hour began. */
export const PRESENT = 1796007600;

export function appliance(given: Partial<Appliance> = {}): Appliance {
  return {
    id: "entry_1",
    equipment_id: 1,
    entity_id: "switch.one",
    name: "One",
    home: "Home",
    kind: "water_heater",
    mode: "piloted",
    running: false,
    connected: true,
    power: null,
    wished_end: null,
    ready_at: null,
    late: false,
    next_start: null,
    decision: { on: "off", source: "ems", reason: "planned", sentence: "Off" },
    can: ["pilot", "start"],
    plan: null,
    ...given,
  };
}

export function past(at: number, given: Partial<Past> = {}): Past {
  return {
    at,
    until: at + 900,
    planned: null,
    on: null,
    source: null,
    reason: null,
    outcome: null,
    failure: null,
    ran: null,
    energy: null,
    ...given,
  };
}

export function teller(language = "en", zone = "Europe/Paris"): Teller {
  const hass = {
    locale: { language, time_format: "24", time_zone: "server" },
    config: { time_zone: zone },
  };
  return {
    word: localizer(language),
    reason: (key) => `reason ${key}`,
    source: (key) => `source ${key}`,
    clock: clockOf(hass),
    number: numbersOf(hass.locale),
    now: NOW,
  };
}

type Listener = () => void;

/** A connection whose other end is in the hands of a test. */
export class FakeConnection implements Connection {
  connected = true;
  asked: Record<string, unknown>[] = [];
  ended = 0;
  refuse: unknown = undefined;
  private told: ((event: PlanEvent) => void)[] = [];
  private readonly listeners = { ready: new Set<Listener>(), disconnected: new Set<Listener>() };

  subscribeMessage<T>(told: (message: T) => void, message: Record<string, unknown>): Promise<() => Promise<void>> {
    this.asked.push(message);
    if (this.refuse !== undefined) return Promise.reject(this.refuse as Error);
    this.told.push(told as (event: PlanEvent) => void);
    return Promise.resolve(() => {
      this.ended++;
      return Promise.resolve();
    });
  }

  addEventListener(event: "ready" | "disconnected", told: Listener): void {
    this.listeners[event].add(told);
  }

  removeEventListener(event: "ready" | "disconnected", told: Listener): void {
    this.listeners[event].delete(told);
  }

  tell(event: PlanEvent): void {
    this.told.at(-1)?.(event);
  }

  lose(): void {
    this.connected = false;
    for (const told of [...this.listeners.disconnected]) told();
  }

  comeBack(): void {
    this.connected = true;
    for (const told of [...this.listeners.ready]) told();
  }

  get heard(): number {
    return this.listeners.ready.size;
  }
}

export interface Called {
  domain: string;
  service: string;
  data: unknown;
  target: unknown;
}

/** A Home Assistant as the frontend hands it to cards. */
export function home(connection: Connection, given: Partial<HomeAssistant> = {}): HomeAssistant & { called: Called[] } {
  const called: Called[] = [];
  return {
    called,
    connection,
    language: "en",
    locale: { language: "en", time_format: "24", time_zone: "server" },
    config: { time_zone: "Europe/Paris" },
    states: {},
    entities: {},
    devices: {},
    areas: {},
    localize: (key: string) => (key.includes(".reason.state.") ? `reason ${key.split(".").at(-1)}` : ""),
    loadBackendTranslation: () => Promise.resolve((key: string) => (key.endsWith("order_silent.message") ? "It did not answer." : "")),
    callWS: () => Promise.reject({ code: "unknown_command", message: "Unknown command." }),
    callService: (domain: string, service: string, data?: unknown, target?: unknown) => {
      called.push({ domain, service, data, target });
      return Promise.resolve({});
    },
    ...given,
  } as HomeAssistant & { called: Called[] };
}
