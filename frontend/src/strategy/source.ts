// What strategies ask of Home Assistant, and when they are to write anew.

import type { HomeAssistant } from "../data/home-assistant";
import { DOMAIN, type Overview } from "../data/types";
import type { Found } from "./board";

/** Return what there is, nothing while the integration does not run. */
export async function whatThereIs(hass: HomeAssistant): Promise<Found | undefined> {
  try {
    const { entries, away = {} } = await hass.callWS<Overview>({ type: `${DOMAIN}/overview` });
    return { entries, away };
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code === "unknown_command") return undefined;
    throw error;
  }
}

interface Known {
  /** What a page is written from. */
  shape: string;
  /** Sensors that are unavailable while their entry is not loaded. */
  hubs: string[];
}

const known = new WeakMap<object, Known>();

function knownOf(hass: HomeAssistant): Known {
  let found = known.get(hass.entities);
  if (!found) {
    const ours = Object.values(hass.entities).filter((each) => each?.platform === DOMAIN);
    found = {
      shape: ours
        .map((each) => `${each!.entity_id} ${each!.device_id} ${(each as { hidden?: boolean }).hidden}`)
        .sort()
        .join("\n"),
      hubs: ours.filter((each) => each!.translation_key === "lifecycle").map((each) => each!.entity_id),
    };
    known.set(hass.entities, found);
  }
  return found;
}

/** Return whether something changed that a page is written from; asked at every change of a state. */
export function isOtherwise(before: HomeAssistant, after: HomeAssistant): boolean {
  if (before.config.state !== after.config.state) return true;
  if (before.locale.language !== after.locale.language) return true;
  const is = knownOf(after);
  if (before.entities !== after.entities && knownOf(before).shape !== is.shape) return true;
  return is.hubs.some((id) => !isThere(before, id) && isThere(after, id));
}

function isThere(hass: HomeAssistant, entityId: string): boolean {
  const state = hass.states[entityId]?.state;
  return state !== undefined && state !== "unavailable";
}
