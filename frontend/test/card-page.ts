// A card on a page of its own: what it is told, and what it shows of it.
import { afterEach, beforeEach, vi } from "vitest";
import "../src/main";
import type { PlanCard } from "../src/card/plan-card";
import type { HomeAssistant } from "../src/data/home-assistant";
import { FakeConnection, evening, home, type Called } from "./helpers";

export const { all, change } = evening();
export let connection: FakeConnection;
export let hass: HomeAssistant & { called: Called[] };
export let card: PlanCard;

beforeEach(() => {
  vi.spyOn(HTMLElement.prototype, "getBoundingClientRect").mockReturnValue({ left: 0, width: 960 } as DOMRect);
  vi.spyOn(HTMLElement.prototype, "offsetWidth", "get").mockReturnValue(960);
  connection = new FakeConnection();
  hass = home(connection);
});
afterEach(() => {
  card?.remove();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** Be in a Home Assistant that is otherwise. */
export function live(given: Partial<HomeAssistant>): void {
  hass = home(connection, given);
}

export async function open(config: Record<string, unknown> = {}): Promise<void> {
  card = document.createElement("elfe-plan-card") as PlanCard;
  card.setConfig({ type: "custom:elfe-plan-card", ...config });
  card.hass = hass;
  document.body.append(card);
  await settled();
}

export async function settled(): Promise<void> {
  for (let turn = 0; turn < 6; turn++) {
    await Promise.resolve();
    await card.updateComplete;
  }
}

export async function told(): Promise<void> {
  connection.tell(all);
  await settled();
}

export const all_ = <T extends Element = HTMLElement>(selector: string) => [...card.renderRoot.querySelectorAll<T>(selector)];
export const one = <T extends Element = HTMLElement>(selector: string) => card.renderRoot.querySelector<T>(selector)!;
export const text = (selector: string) => one(selector)?.textContent?.replace(/\s+/g, " ").trim();
export const strip = (name: string) => one(`.strip[aria-label^="${name}"]`);

export async function press(name: string, ...keys: string[]): Promise<void> {
  for (const key of keys) {
    strip(name).dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    await settled();
  }
}
