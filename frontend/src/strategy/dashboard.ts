// A dashboard of one page, which is a strategy of its own: what changes is written anew there.

import type { HomeAssistant } from "../data/home-assistant";
import { pageLanguage } from "../localize";
import { define, offerStrategy } from "../register";
import type { BoardOptions } from "./board";
import { STRATEGY } from "./view";
import { saying } from "./words";

const ICON = "mdi:home-lightning-bolt";
const DOCUMENTATION =
  "https://github.com/elfe-commande/elfe-commande/blob/main/docs/dashboards.md";

class DashboardStrategy extends HTMLElement {
  static readonly registryDependencies: string[] = [];

  static generate(options: BoardOptions & { type?: string }, hass: HomeAssistant): Promise<object> {
    const title = saying(hass.locale.language)("view");
    const strategy = { ...options, type: `custom:${STRATEGY}` };
    return Promise.resolve({ views: [{ title, path: "appliances", icon: ICON, strategy }] });
  }

  static shouldRegenerate(_: unknown, before: HomeAssistant, after: HomeAssistant): boolean {
    return before.locale.language !== after.locale.language;
  }

  static getCreateSuggestions(hass: HomeAssistant): { title: string; icon: string } {
    return { title: saying(hass.locale.language)("view"), icon: ICON };
  }
}

define(`ll-strategy-dashboard-${STRATEGY}`, DashboardStrategy);
offerStrategy({
  type: STRATEGY,
  strategyType: "dashboard",
  documentationURL: DOCUMENTATION,
  // The language is known when the picker opens, not before.
  get name() {
    return saying(pageLanguage())("name");
  },
  get description() {
    return saying(pageLanguage())("description");
  },
});

export { DOCUMENTATION };
