// A page that writes itself.

import type { HomeAssistant } from "../data/home-assistant";
import { define } from "../register";
import { Registry, boardOf, notThere, type BoardOptions, type View } from "./board";
import { entriesOf, isOtherwise } from "./source";
import { saying } from "./words";

export const STRATEGY = "elfe-commande";

class ViewStrategy extends HTMLElement {
  static async generate(options: BoardOptions, hass: HomeAssistant): Promise<View> {
    const say = saying(hass.locale.language);
    const entries = await entriesOf(hass);
    if (!entries) return notThere(say);
    return boardOf(entries, new Registry(hass.entities), say, options);
  }

  static shouldRegenerate(_: unknown, before: HomeAssistant, after: HomeAssistant): boolean {
    return isOtherwise(before, after);
  }
}

define(`ll-strategy-view-${STRATEGY}`, ViewStrategy);
