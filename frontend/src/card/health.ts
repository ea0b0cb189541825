// How the sources of the plan are, above everything else: what is wrong, or how old the plan is. What
// makes plans here hands on only what is new: of that counts how it is, and when it last planned.

import { html, nothing, type TemplateResult } from "lit";
import type { HomeAssistant } from "../data/home-assistant";
import type { Health, Maker } from "../data/types";
import { entityWord, type Localize } from "../localize";

const OLD = 6 * 3600;

/** Return the line; where there are several entries, it says which is which. */
export function health(
  hass: HomeAssistant,
  told: Record<string, Health>,
  now: number,
  word: Localize,
): TemplateResult | typeof nothing {
  const entries = Object.entries(told);
  if (!entries.length) return nothing;
  return html`<div class="health" role="group" aria-label=${word("health")}>
    ${entries.map(([, each]) => {
      const title = entries.length > 1 ? each.title : undefined;
      return html`<span class="entry">
        ${title ? html`<b>${title}</b>` : nothing} ${chipsOf(hass, each, now, word)}
      </span>`;
    })}
  </div>`;
}

function chipsOf(hass: HomeAssistant, health: Health, now: number, word: Localize): TemplateResult[] {
  const chip = (kind: string, icon: string, text: string) =>
    html`<span class="chip ${kind}"><ha-icon icon=${icon} aria-hidden="true"></ha-icon>${text}</span>`;
  const chips: TemplateResult[] = [];
  const wrong = (icon: string, text: string) => chips.push(chip("wrong", icon, text));
  if (!health.running) wrong("mdi:pause-circle-outline", word("not_running"));
  if (!health.ems) wrong("mdi:database-off-outline", word("no_ems"));
  if (!health.broker) wrong("mdi:lan-disconnect", word("no_broker"));
  const works = !chips.length;
  const aged = (at: number | null, text: string, often = true) => {
    if (often && at !== null && now - at > OLD) wrong("mdi:clock-alert-outline", text);
    else if (at !== null && works) chips.push(chip("well", "mdi:check-circle-outline", text));
    else chips.push(chip("", "mdi:clock-outline", text));
  };
  const age = (at: number) => ageText(Math.max(0, now - at), word);
  const makers = health.makers ?? [];
  for (const { kind, title, state, well, at } of makers) {
    const when = at === null ? word("plan_none") : word(kind === "planner" ? "planned_ago" : "read_ago", { age: age(at) });
    const told = well ? when : `${stateText(hass, kind, state)} · ${when}`;
    const text = word("maker", { title, told });
    if (well) aged(at, text);
    else wrong("mdi:alert-outline", text);
  }
  const at = health.plan_at;
  if (!makers.length) aged(at, at === null ? word("plan_none") : word("plan_age", { age: age(at) }), health.server ?? true);
  return chips;
}

/** Return the word that the sensor of what makes plans shows. */
function stateText(hass: HomeAssistant, kind: Maker["kind"], state: string | null): string {
  const sensor = kind === "planner" ? "planner_state" : kind;
  return entityWord(hass, `sensor.${sensor}.state.${state}`) || (state ?? "");
}

function ageText(seconds: number, word: Localize): string {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) return word("moment");
  if (minutes < 90) return word("minutes", { count: minutes });
  const hours = Math.round(minutes / 60);
  return hours < 48 ? word("hours", { count: hours }) : word("days", { count: Math.round(hours / 24) });
}
