// What is the matter when what is shown may not be as things are: with the whole, or with one entry.

import type { Feed } from "../data/connection";
import { entryOf, type Appliance } from "../data/types";
import type { Clock, Localize } from "../localize";

/** Return why an appliance, or all there is, is not shown as it is now; empty if it is. */
export function matterOf(feed: Feed, word: Localize, clock: Clock, appliance?: Appliance): string {
  switch (feed.state) {
    case "ready":
      return appliance ? awayText(feed, entryOf(appliance), word) : "";
    case "disconnected":
      return feed.appliances.size ? word("stale", { time: clock.time(feed.heardAt) }) : word("disconnected");
    case "failed":
      return word("failed", { problem: feed.problem });
    default:
      return word(feed.state);
  }
}

/** Return how it is with an entry that is not loaded, empty for one that is. */
export function awayText(feed: Feed, id: string, word: Localize): string {
  const away = feed.away[id];
  if (!away) return "";
  const several = Object.keys(feed.health).length + Object.keys(feed.away).length > 1;
  const text = word(`away_${away.state}`, { entry: `ELFE Commande${several ? ` (${away.title})` : ""}` });
  const known = [...feed.appliances.values()].some((each) => entryOf(each) === id);
  return known ? `${text} ${word("known_before")}` : text;
}
