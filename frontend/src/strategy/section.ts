// A section of anybody's own dashboard, from Home Assistant 2026.11 on: a home with its plan.

import type { HomeAssistant } from "../data/home-assistant";
import { pageLanguage } from "../localize";
import { define, offerStrategy } from "../register";
import { notThere, planOf, type Card } from "./board";
import { DOCUMENTATION } from "./dashboard";
import { isOtherwise, whatThereIs } from "./source";
import { STRATEGY } from "./view";
import { saying } from "./words";

interface SectionOptions {
  config_entry_id?: string;
  home?: string;
}

class SectionStrategy extends HTMLElement {
  static async generate(options: SectionOptions, hass: HomeAssistant): Promise<{ type: string; cards: Card[] }> {
    const say = saying(hass.locale.language);
    const found = await whatThereIs(hass);
    if (!found) return { type: "grid", cards: notThere(say).sections[0]!.cards };
    const { entries } = found;
    const { config_entry_id: id, home } = options;
    const entry = entries.find(
      (each) =>
        (id === undefined || each.entry_id === id) && (home === undefined || each.homes.includes(home)),
    );
    // Nothing said: of the only home its name, of several all of them.
    const only = entries.length === 1 && entry?.homes.length === 1 ? entry.homes[0] : undefined;
    const named = id !== undefined || home !== undefined || only !== undefined;
    // One that is not loaded now has a card too, which says so and waits for it.
    const waited = id === undefined ? undefined : found.away[id];
    const shown = entry ?? (waited && { entry_id: id!, title: waited.title });
    return { type: "grid", cards: planOf(named ? shown : undefined, home ?? only, say) };
  }

  static shouldRegenerate(_: unknown, before: HomeAssistant, after: HomeAssistant): boolean {
    return isOtherwise(before, after);
  }

  static getStubConfig(): SectionOptions {
    return {};
  }
}

define(`ll-strategy-section-${STRATEGY}`, SectionStrategy);
offerStrategy({
  type: STRATEGY,
  strategyType: "section",
  documentationURL: DOCUMENTATION,
  get name() {
    return saying(pageLanguage())("section_name");
  },
  get description() {
    return saying(pageLanguage())("section_description");
  },
});
