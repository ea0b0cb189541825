// Where Home Assistant's frontend is told what there is.
//
// Up to 2026.10, this file may run before the frontend replaces the browser's registry of elements
// by its own, which knows nothing of what was defined until then. So everything is defined now, and
// again once the frontend's own element is: that comes after the replacement.

import type { HomeAssistant } from "./data/home-assistant";

/** Where people read more. */
export const DOCUMENTATION =
  "https://github.com/elfe-commande/elfe-commande/blob/main/docs/card.md";

export interface Suggestion {
  config: Record<string, unknown>;
  label?: string;
}

interface Card {
  type: string;
  readonly name: string;
  readonly description: string;
  preview?: boolean;
  documentationURL?: string;
  getEntitySuggestion?: (hass: HomeAssistant, entityId: string) => Suggestion | null;
}

interface Feature {
  type: string;
  readonly name: string;
  configurable?: boolean;
  isSupported?: (hass: HomeAssistant, context: { entity_id?: string }) => boolean;
}

interface Strategy {
  type: string;
  strategyType: "dashboard" | "view" | "section";
  readonly name: string;
  readonly description?: string;
  documentationURL?: string;
}

declare global {
  interface Window {
    customCards?: Card[];
    customCardFeatures?: Feature[];
    customStrategies?: Strategy[];
  }
}

const elements = new Map<string, CustomElementConstructor>();

/** Define an element, now and in a registry that comes later; the first definition stays. */
export function define(name: string, element: CustomElementConstructor): void {
  elements.set(name, element);
  defineAll();
}

function defineAll(): void {
  for (const [name, element] of elements) {
    if (customElements.get(name)) continue;
    try {
      customElements.define(name, element);
    } catch {
      // Two copies of this file, at two addresses: the other one was first.
    }
  }
}

void customElements.whenDefined("home-assistant").then(defineAll);

/** Show a card in the picker. */
export function offerCard(card: Card): void {
  offer((window.customCards ??= []), card);
}

/** Show a feature in the editor of tiles. */
export function offerFeature(feature: Feature): void {
  offer((window.customCardFeatures ??= []), feature);
}

/** Show a strategy where dashboards and sections are added. */
export function offerStrategy(strategy: Strategy): void {
  offer((window.customStrategies ??= []), strategy);
}

function offer<T extends { type: string; strategyType?: string }>(offered: T[], one: T): void {
  const known = offered.some(
    (each) => each.type === one.type && each.strategyType === one.strategyType,
  );
  if (!known) offered.push(one);
}
