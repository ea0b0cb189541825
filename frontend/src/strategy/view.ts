// A page that writes itself.

import type { HomeAssistant } from "../data/home-assistant";
import { define } from "../register";
import { Registry, boardOf, notThere, type BoardOptions, type View } from "./board";
import { isOtherwise, whatThereIs } from "./source";
import { saying } from "./words";

export const STRATEGY = "elfe-commande";

class ViewStrategy extends HTMLElement {
  static async generate(options: BoardOptions, hass: HomeAssistant): Promise<View> {
    const say = saying(hass.locale.language);
    const found = await whatThereIs(hass);
    if (!found) return notThere(say);
    return boardOf(found, new Registry(hass.entities), say, options);
  }

  static shouldRegenerate(_: unknown, before: HomeAssistant, after: HomeAssistant): boolean {
    return isOtherwise(before, after);
  }
}

define(`ll-strategy-view-${STRATEGY}`, ViewStrategy);
