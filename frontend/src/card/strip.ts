// How one strip is drawn: one path for each state, in pixels. What a state is can be seen without
// colours: height, outline, stripes, teeth, and a mark above.

import { svg, type SVGTemplateResult } from "lit";
import { SLOT, type Appliance, type Simulation } from "../data/types";
import { runsAhead } from "./acting";
import { runsOf, type Run, type Slot, type SlotState, type Span } from "../data/timeline";

export const HEIGHT = 34;
const BASE = 31;
const MARK = 7;

const TOP: Partial<Record<SlotState, number>> = {
  unknown: 27,
  planned: 16,
  ran: 12,
  expected: 20,
  ghost: 16,
  missed: 14,
  failed: 12,
  doubtful: 12,
  skipped: 22,
};

export type Mark = "confirmed" | "failed" | "doubtful" | "skipped" | "added" | "removed";

const MARKS: Record<Mark, string> = {
  confirmed: "l2.5 2.5 4.5 -5",
  failed: "m.5 -3.5 6 6 m0 -6 -6 6",
  doubtful: "m1 -2 a2.4 2.2 0 1 1 2.5 2.6 v1.2 m0 2.2 v.1",
  skipped: "h6",
  added: "m0 -3.5 h7 l-3.5 6 z",
  removed: "m0 2.5 h7 l-3.5 -6 z",
};
const MARK_Y = 5;

/** Which states have a mark where they begin. */
const MARKED: Partial<Record<SlotState, Mark>> = {
  failed: "failed",
  doubtful: "doubtful",
  skipped: "skipped",
};
const URGENT: Mark[] = ["failed", "doubtful"];

export interface Drawing {
  /** A path for each state that there is. */
  states: [SlotState, string][];
  marks: [Mark, string][];
}

/** Return the paths of a strip as wide as `width`, in pixels. */
export function draw(slots: readonly Slot[], width: number): Drawing {
  const step = width / slots.length;
  const states = new Map<SlotState, string>();
  for (const run of runsOf(slots))
    states.set(run.state, (states.get(run.state) ?? "") + shape(run, step));
  // In an order of their own, so that elements stay what they are.
  const order = Object.keys(TOP) as SlotState[];
  return {
    states: order.flatMap((state) => {
      const path = states.get(state);
      return path === undefined ? [] : [[state, path]];
    }),
    marks: [...marksOf(slots, step)],
  };
}

function shape({ from, to, state }: Run, step: number): string {
  const left = from * step + 0.5;
  const right = Math.max(to * step - 0.5, left + 1);
  const top = TOP[state] ?? BASE;
  switch (state) {
    case "failed":
      return teeth(left, right, top);
    case "doubtful":
      return stripes(left, right, top, 2, 4);
    case "unknown":
      return stripes(left, right, top, 1, 4);
    case "missed":
    case "ghost":
      return block(left + 0.5, right - 0.5, top + 0.5, BASE - 0.5);
    default:
      return block(left, right, top, BASE);
  }
}

function block(left: number, right: number, top: number, base: number): string {
  const round = Math.max(0, Math.min(3, (right - left) / 2));
  const [x, end] = [px(left), px(right)];
  return (
    `M${x} ${base}V${top + round}Q${x} ${top} ${px(left + round)} ${top}` +
    `H${px(right - round)}Q${end} ${top} ${end} ${px(top + round)}V${base}Z`
  );
}

function teeth(left: number, right: number, top: number): string {
  const count = Math.max(1, Math.round((right - left) / 6));
  const tooth = (right - left) / count / 2;
  let path = `M${px(left)} ${BASE}V${top + 4}`;
  for (let each = 0; each < count; each++) path += `l${px(tooth)} -4 ${px(tooth)} 4`;
  return `${path}V${BASE}Z`;
}

function stripes(left: number, right: number, top: number, wide: number, every: number): string {
  let path = "";
  for (let x = left; x < right; x += every)
    path += `M${px(x)} ${BASE}V${top}H${px(Math.min(x + wide, right))}V${BASE}Z`;
  return path;
}

/** Marks stand where a run begins; those that would overlap give way, failures last. */
function marksOf(slots: readonly Slot[], step: number): Map<Mark, string> {
  const wanted: { mark: Mark; x: number }[] = [];
  slots.forEach((slot, index) => {
    const before = slots[index - 1];
    const x = index * step;
    const row = slot.row;
    if (row && row !== before?.row) {
      const mark = MARKED[slot.state] ?? (confirmedStart(slot, before) ? "confirmed" : undefined);
      if (mark) wanted.push({ mark, x });
    }
    if (slot.changed && slot.changed !== before?.changed) wanted.push({ mark: slot.changed, x });
  });
  const urgent = (mark: Mark) => (URGENT.includes(mark) ? 0 : 1);
  wanted.sort((a, b) => urgent(a.mark) - urgent(b.mark));
  const taken: number[] = [];
  const marks = new Map<Mark, string>();
  for (const { mark, x } of wanted) {
    if (taken.some((other) => Math.abs(other - x) < MARK + 1)) continue;
    taken.push(x);
    marks.set(mark, `${marks.get(mark) ?? ""}M${px(x)} ${MARK_Y}${MARKS[mark]}`);
  }
  return marks;
}

function confirmedStart(slot: Slot, before: Slot | undefined): boolean {
  return slot.state === "ran" && slot.row?.outcome === "acknowledged" && before?.state !== "ran";
}

/** Return where a time is, in pixels, nothing outside the span. */
export function xOf(at: number, span: Span, width: number): number | undefined {
  const x = ((at - span.start) / SLOT / span.count) * width;
  return x >= 0 && x <= width ? x : undefined;
}

function wouldPath(simulation: Simulation, span: Span, width: number): string {
  const place = (at: number) => Math.max(0, Math.min(width, ((at - span.start) / SLOT / span.count) * width));
  return runsAhead(simulation)
    .map(({ start, end }) => [place(start), place(end)] as const)
    .filter(([left, right]) => right > left)
    .map(([left, right]) => block(left + 1, right - 1, 11, BASE))
    .join("");
}

function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

export interface Look {
  slots: readonly Slot[];
  span: Span;
  width: number;
  /** The hours that the axis names, in pixels. */
  ticks: readonly number[];
  /** The quarter-hour that is looked at. */
  selected: number | undefined;
  /** What would be, drawn over what is planned. */
  would: Simulation | null;
}

/** Return the drawing of an appliance's strip. What it says is said by what holds it. */
export function strip(appliance: Appliance, drawing: Drawing, look: Look): SVGTemplateResult {
  const { slots, span, width, selected } = look;
  const step = width / slots.length;
  const present = px(span.present * step);
  const wished = appliance.wished_end === null ? undefined : xOf(appliance.wished_end, span, width);
  const grid = look.ticks.map((x) => `M${px(x)} 10V${BASE}`).join("");
  return svg`<svg width=${px(width)} height=${HEIGHT} viewBox="0 0 ${px(width)} ${HEIGHT}" aria-hidden="true" focusable="false">
    <path class="before" d="M0 10H${present}V${BASE}H0Z"></path>
    <path class="grid" d="${grid}M0 ${BASE}.5H${px(width)}"></path>
    ${
      selected === undefined
        ? ""
        : svg`<rect class="selected" x=${px(selected * step - 1)} y="9" width=${px(step + 2)} height=${HEIGHT - 9} rx="2"></rect>`
    }
    ${drawing.states.map(([state, d]) => svg`<path class=${state} d=${d}></path>`)}
    ${drawing.marks.map(([mark, d]) => svg`<path class="mark ${mark}" d=${d}></path>`)}
    ${
      wished === undefined
        ? ""
        : svg`<path class="wish ${appliance.late ? "late" : ""}" d="M${px(wished)} ${BASE}V1l7 2.5 -7 2.5"></path>`
    }
    ${look.would ? svg`<path class="preview" d=${wouldPath(look.would, span, width)}></path>` : ""}
    <path class="now" d="M0 8V${HEIGHT}"></path>
  </svg>`;
}
