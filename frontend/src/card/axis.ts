// The one axis of all strips, and what their shapes mean.

import { html, nothing, svg, type TemplateResult } from "lit";
import { SLOT } from "../data/types";
import type { Slot, SlotState, Span } from "../data/timeline";
import type { Clock, Localize, Word } from "../localize";
import { draw, HEIGHT, type Mark } from "./strip";

export interface Tick {
  x: number;
  text: string;
  /** A day begins. */
  day: boolean;
}

/** Hours between two names of the axis: as many as have room. */
const STEPS = [1, 2, 3, 4, 6, 12, 24];
const ROOM = 44;

/** Return where hours are named, in pixels. Clocks may change meanwhile: each hour is asked. */
export function ticksOf(span: Span, width: number, clock: Clock): Tick[] {
  const perHour = (width / span.count) * (3600 / SLOT);
  const every = STEPS.find((step) => step * perHour >= ROOM) ?? 24;
  const ticks: Tick[] = [];
  for (let at = Math.ceil(span.start / SLOT) * SLOT; at <= span.start + span.count * SLOT; at += SLOT) {
    const { hour, minute } = clock.parts(at);
    if (minute || hour % every) continue;
    const x = ((at - span.start) / SLOT / span.count) * width;
    if (ticks.length && x - ticks.at(-1)!.x < ROOM / 2) continue;
    ticks.push({ x, text: hour ? clock.hour(at) : clock.day(at), day: !hour });
  }
  return ticks;
}

/** Return the axis. Whoever hears it hears the times of each quarter-hour instead. */
export function axis(ticks: readonly Tick[], width: number, now: number, word: Localize): TemplateResult {
  const free = (x: number) => x > 8 && x < width - 8 && Math.abs(x - now) > ROOM * 0.75;
  return html`<div class="axis" aria-hidden="true">
    ${ticks
      .filter((tick) => free(tick.x))
      .map((tick) => html`<span class="tick ${tick.day ? "day" : ""}" style="left:${tick.x}px">${tick.text}</span>`)}
    <span class="here">${word("now")}</span>
  </div>`;
}

type Key = { word: Word; state?: SlotState; mark?: Mark | "wish" };

const LEGEND: Key[] = [
  { word: "state_ran", state: "ran" },
  { word: "legend_confirmed", mark: "confirmed" },
  { word: "state_failed", state: "failed", mark: "failed" },
  { word: "state_doubtful", state: "doubtful", mark: "doubtful" },
  { word: "state_skipped", state: "skipped", mark: "skipped" },
  { word: "state_missed", state: "missed" },
  { word: "state_unknown", state: "unknown" },
  { word: "state_planned", state: "planned" },
  { word: "state_expected", state: "expected" },
  { word: "state_ghost", state: "ghost" },
  { word: "legend_changed", mark: "added" },
  { word: "legend_wished", mark: "wish" },
];

/** Return what the shapes that are in sight mean. */
export function legend(seen: ReadonlySet<string>, word: Localize): TemplateResult | typeof nothing {
  const keys = LEGEND.filter(({ state, mark }) => seen.has(state ?? mark ?? ""));
  if (!keys.length) return nothing;
  return html`<ul class="legend" aria-label=${word("legend")}>
    ${keys.map(
      (key) =>
        html`<li><svg width="18" height=${HEIGHT} viewBox="0 0 18 ${HEIGHT}" aria-hidden="true" focusable="false">${sample(key)}</svg>${word(key.word)}</li>`,
    )}
  </ul>`;
}

function sample({ state, mark }: Key) {
  if (mark === "wish") return svg`<path class="wish" d="M6 31V8l7 2.5 -7 2.5"></path>`;
  const slots: Slot[] = Array.from({ length: 3 }, () => ({ at: 0, state: state ?? "idle" }));
  return svg`${draw(slots, 18).states.map(([name, d]) => svg`<path class=${name} d=${d}></path>`)}
    ${mark ? svg`<path class="mark ${mark}" d=${MARK_ALONE[mark]}></path>` : ""}`;
}

const MARK_ALONE: Record<Mark, string> = {
  confirmed: "M5 22l2.5 2.5 4.5 -5",
  failed: "M6 1.5l6 6m0 -6l-6 6",
  doubtful: "M6 3a2.4 2.2 0 1 1 2.5 2.6v1.2m0 2.2v.1",
  skipped: "M6 16h6",
  added: "M5 19h7l-3.5 6z",
  removed: "M5 25h7l-3.5 -6z",
};
