// How the sources of the plan are, above everything else: what is wrong, or how old the plan is.

import { html, nothing, type TemplateResult } from "lit";
import type { Health } from "../data/types";
import type { Localize } from "../localize";

const OLD = 6 * 3600;

/** Return the line; `titles` are those of the entries, needed where there are several. */
export function health(
  told: Record<string, Health>,
  titles: Map<string, string>,
  now: number,
  word: Localize,
): TemplateResult | typeof nothing {
  const entries = Object.entries(told);
  if (!entries.length) return nothing;
  return html`<div class="health" role="group" aria-label=${word("health")}>
    ${entries.map(([id, each]) => {
      const title = entries.length > 1 ? titles.get(id) : undefined;
      return html`<span class="entry">
        ${title ? html`<b>${title}</b>` : nothing} ${chipsOf(each, now, word)}
      </span>`;
    })}
  </div>`;
}

function chipsOf(health: Health, now: number, word: Localize): TemplateResult[] {
  const wrong = (icon: string, text: string) =>
    html`<span class="chip wrong"><ha-icon icon=${icon} aria-hidden="true"></ha-icon>${text}</span>`;
  const chips: TemplateResult[] = [];
  if (!health.running) chips.push(wrong("mdi:pause-circle-outline", word("not_running")));
  if (!health.ems) chips.push(wrong("mdi:database-off-outline", word("no_ems")));
  if (!health.broker) chips.push(wrong("mdi:lan-disconnect", word("no_broker")));
  const age = health.plan_at === null ? null : Math.max(0, now - health.plan_at);
  const old = age !== null && age > OLD;
  const text = age === null ? word("plan_none") : word("plan_age", { age: ageText(age, word) });
  const well = age !== null && !chips.length;
  if (old) chips.push(wrong("mdi:clock-alert-outline", text));
  else
    chips.push(
      html`<span class="chip ${well ? "well" : ""}"
        ><ha-icon icon=${well ? "mdi:check-circle-outline" : "mdi:clock-outline"} aria-hidden="true"></ha-icon
        >${text}</span
      >`,
    );
  return chips;
}

function ageText(seconds: number, word: Localize): string {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 90) return word("minutes", { count: minutes });
  const hours = Math.round(minutes / 60);
  return hours < 48 ? word("hours", { count: hours }) : word("days", { count: Math.round(hours / 24) });
}
