// What people ask of an appliance. Everything goes through actions, so that Home Assistant knows who
// asked; whatever goes wrong is told in words.

import type { HomeAssistant } from "../data/home-assistant";
import { DOMAIN, SLOT, type Appliance, type Simulation } from "../data/types";
import type { Clock, Localize } from "../localize";

export type Wish =
  | { what: "pilot"; on: boolean }
  | { what: "start" }
  | { what: "deadline"; at: number }
  | { what: "mode"; mode: "forced_on" | "forced_off" | "automatic" };

/** Whether two wishes ask for the same. */
export function isSame(one: Wish, other: Wish): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

interface Call {
  domain: string;
  service: string;
  data: Record<string, unknown>;
}

/** Return the action that a wish is. */
export function callOf(appliance: Appliance, wish: Wish): Call {
  switch (wish.what) {
    case "pilot":
      return appliance.entity_id?.startsWith("switch.")
        ? { domain: "switch", service: wish.on ? "turn_on" : "turn_off", data: {} }
        : { domain: DOMAIN, service: "init_typology", data: { mode: wish.on ? "piloted" : "manual" } };
    case "start":
      return { domain: DOMAIN, service: "run_typology", data: { order: "on" } };
    case "deadline":
      return { domain: DOMAIN, service: "set_deadline", data: { datetime: new Date(wish.at * 1000).toISOString() } };
    case "mode":
      return { domain: DOMAIN, service: "set_mode", data: { mode: wish.mode } };
  }
}

/** Have a wish carried out; return what went wrong, in words, or nothing. */
export async function act(
  hass: HomeAssistant,
  appliance: Appliance,
  wish: Wish,
  word: Localize,
): Promise<string> {
  const { domain, service, data } = callOf(appliance, wish);
  try {
    await hass.callService(domain, service, data, { entity_id: appliance.entity_id ?? [] }, false);
    return "";
  } catch (error) {
    return problemText(hass, appliance, error, word);
  }
}

/** As home-assistant-js-websocket numbers it. */
const CONNECTION_LOST = 3;
/** What Home Assistant's own actions are refused with: an error like any other, without a translation. */
const UNAUTHORIZED = new Set<unknown>(["Unauthorized", "UnknownUser"]);

interface Refusal {
  code?: unknown;
  message?: unknown;
  translation_domain?: unknown;
  translation_key?: unknown;
  translation_placeholders?: Record<string, unknown>;
}

/** Return what an error says: the answer of the server, a whole frame around one, or a bare number. */
function toldBy(error: unknown): Refusal {
  const told = (error as { error?: unknown } | null)?.error ?? error;
  return typeof told === "number" ? { code: told } : ((told ?? {}) as Refusal);
}

async function problemText(
  hass: HomeAssistant,
  appliance: Appliance,
  error: unknown,
  word: Localize,
): Promise<string> {
  const told = toldBy(error);
  const { translation_domain: domain, translation_key: key } = told;
  if (told.code === "unauthorized" || (!key && UNAUTHORIZED.has(told.message)))
    return word("not_allowed", { name: appliance.name });
  if (told.code === CONNECTION_LOST) return word("lost");
  if (typeof domain === "string" && typeof key === "string") {
    try {
      const localize = await hass.loadBackendTranslation("exceptions", domain);
      const text = localize(`component.${domain}.exceptions.${key}.message`, told.translation_placeholders);
      if (text) return text;
    } catch {
      // Then in the language of the server.
    }
  }
  return typeof told.message === "string" && told.message ? told.message : String(told.code ?? error);
}

/** What would happen; `problem`: the wish itself would be refused. */
export type Answer = Simulation | { problem: string };

/** Return what a wish would bring, nothing where this cannot be known. */
export async function whatIf(
  hass: HomeAssistant,
  appliance: Appliance,
  wish: Wish,
  word: Localize,
): Promise<Answer | null> {
  if (!appliance.entity_id) return null;
  try {
    return await hass.callWS<Simulation>({
      type: `${DOMAIN}/plan/simulate`,
      entity_id: appliance.entity_id,
      ...questionOf(wish),
    });
  } catch (error) {
    const { code } = toldBy(error);
    if (code === "unknown_command" || code === "invalid_format") return null;
    return { problem: await problemText(hass, appliance, error, word) };
  }
}

function questionOf(wish: Wish): Record<string, unknown> {
  switch (wish.what) {
    case "pilot":
      return { mode: wish.on ? "piloted" : "manual" };
    case "start":
      return { start_now: true };
    case "deadline":
      return { wished_end: wish.at };
    case "mode":
      return { mode: wish.mode };
  }
}

/** Return the runs that a simulation has, in the time it knows: from now on, to when it is done. */
export function runsAhead({ slots, start, now, ready_at: ready }: Simulation): { start: number; end: number }[] {
  const runs: { start: number; end: number }[] = [];
  [...slots].forEach((on, index) => {
    if (on !== "1") return;
    const at = start + index * SLOT;
    const last = runs.at(-1);
    if (last?.end === at) last.end += SLOT;
    else runs.push({ start: Math.max(at, now), end: at + SLOT });
  });
  const done = runs.find(({ end }) => ready !== null && ready <= end && ready > end - SLOT);
  if (done && ready !== null) done.end = ready;
  return runs;
}

/** Return when clocks show a time of the day next: 07:00, as an input has it. */
export function nextAt(time: string, now: number, clock: Clock): number | null {
  const [hour, minute] = time.split(":").map(Number);
  if (hour === undefined || minute === undefined || Number.isNaN(hour + minute)) return null;
  const minuteNow = Math.floor(now / 60) * 60;
  const present = clock.parts(minuteNow);
  const ahead = (hour * 60 + minute - present.hour * 60 - present.minute + 1440) % 1440 || 1440;
  // Where clocks are changed meanwhile, an hour more or less.
  const near = minuteNow + ahead * 60;
  const found = [near, near - 3600, near + 3600].find((at) => {
    const { hour: h, minute: m } = clock.parts(at);
    return at > now && h === hour && m === minute;
  });
  return found ?? near;
}
