// From what the integration tells to what is drawn and said: quarter-hours, runs, sentences. Pure.

import type { Localize, Teller, Word } from "../localize";
import { slotStart } from "./connection";
import { SLOT, type Appliance, type Past } from "./types";

export type { Teller };

/** The stretch of time that a card shows; `start` is that of a quarter-hour. */
export interface Span {
  start: number;
  /** How many quarter-hours. */
  count: number;
  /** The number of the present one. */
  present: number;
}

/**
 * Of the past: `ran`; `failed`, `doubtful`, `skipped`: what became of its order; `missed`: planned,
 * and did not run; `unknown`: nobody recorded it. Of what comes: `planned`; `expected`: a machine
 * that was started runs on; `ghost`: planned, and not followed; `unplanned`: no plan reaches there.
 * `idle` of both.
 */
export type SlotState =
  | "ran"
  | "failed"
  | "doubtful"
  | "skipped"
  | "missed"
  | "idle"
  | "unknown"
  | "planned"
  | "expected"
  | "ghost"
  | "unplanned";

export interface Slot {
  at: number;
  state: SlotState;
  /** What was recorded of it. */
  row?: Past;
  /** What the new plan made of it. */
  changed?: "added" | "removed";
}

/** Quarter-hours in a row that are alike: `from` is the first, `to` is behind the last. */
export interface Run {
  from: number;
  to: number;
  state: SlotState;
}

const HOUR = 3600;

/** Return the span around a time. */
export function spanAt(now: number, hoursBack: number, hoursAhead: number): Span {
  const slot = slotStart(now);
  const present = Math.round((hoursBack * HOUR) / SLOT);
  const start = slot - present * SLOT;
  return { start, present, count: present + Math.round((hoursAhead * HOUR) / SLOT) };
}

/** Return what a plan decides for a time, nothing where it does not reach. */
export function planned(appliance: Appliance, at: number): boolean | null {
  const plan = appliance.plan;
  if (!plan) return null;
  const decision = plan.slots[Math.floor((at - plan.start) / SLOT)];
  return decision === undefined ? null : decision === "1";
}

/** Return whether an appliance is left to its plan. */
export function isPiloted(appliance: Appliance): boolean {
  return appliance.mode === "piloted";
}

/** Return whether its plan is followed: by hand, or older than what was set, it is only there to be seen. */
export function followsPlan(appliance: Appliance): boolean {
  return isPiloted(appliance) && appliance.plan?.valid !== false;
}

/** Return the quarter-hours of a span; those that are over are those `known`, where they are given. */
export function slotsOf(appliance: Appliance, span: Span, known?: readonly Slot[]): Slot[] {
  const slots = known?.slice(0, span.present) ?? slotsOver(appliance.past ?? [], span);
  const changed = appliance.plan?.changed.length ? new Set(appliance.plan.changed) : undefined;
  for (let index = span.present; index < span.count; index++) {
    const at = span.start + index * SLOT;
    const slot: Slot = { at, state: stateAhead(appliance, at, index === span.present) };
    if (changed?.has(at)) slot.changed = planned(appliance, at) ? "added" : "removed";
    slots.push(slot);
  }
  return slots;
}

function slotsOver(rows: readonly Past[], span: Span): Slot[] {
  const slots: Slot[] = [];
  let next = 0;
  for (let index = 0; index < span.present; index++) {
    const at = span.start + index * SLOT;
    while (next < rows.length && rows[next]!.until <= at) next++;
    const row = rows[next];
    slots.push(row && row.at <= at ? { at, state: stateOf(row), row } : { at, state: "unknown" });
  }
  return slots;
}

/** Return whether an appliance has the same quarter-hours as before: most news is of something else. */
export function isDrawnAlike(before: Appliance, after: Appliance): boolean {
  const [one, other] = [before.plan, after.plan];
  return (
    before.past === after.past &&
    before.running === after.running &&
    before.mode === after.mode &&
    before.ready_at === after.ready_at &&
    before.next_start === after.next_start &&
    one?.start === other?.start &&
    one?.slots === other?.slots &&
    one?.valid === other?.valid &&
    String(one?.changed) === String(other?.changed)
  );
}

/** Return whether quarter-hours are drawn alike. */
export function looksAlike(one: readonly Slot[], other: readonly Slot[]): boolean {
  return (
    one.length === other.length &&
    one.every((slot, index) => {
      const { state, changed, row } = other[index]!;
      return slot.state === state && slot.changed === changed && slot.row === row;
    })
  );
}

function stateOf(row: Past): SlotState {
  if (row.outcome === "failed") return "failed";
  if (row.ran) return "ran";
  if (row.outcome === "doubtful") return "doubtful";
  if (row.ran === null && row.on) return row.outcome === "skipped" ? "skipped" : "ran";
  if (row.outcome === "skipped" && (row.on || row.planned)) return "skipped";
  return row.planned || row.on ? "missed" : "idle";
}

function stateAhead(appliance: Appliance, at: number, present: boolean): SlotState {
  if (present && appliance.running) return "ran";
  const { ready_at: ready, next_start: start } = appliance;
  // A run under way ends at `ready_at`; one to come begins at `next_start`.
  const begins = start ?? 0;
  if (ready !== null && at > begins && at < ready && (start !== null || appliance.running))
    return planned(appliance, at) && followsPlan(appliance) ? "planned" : "expected";
  const on = planned(appliance, at);
  if (on === null) return "unplanned";
  if (!on) return "idle";
  return followsPlan(appliance) ? "planned" : "ghost";
}

/** Return the runs that quarter-hours make; those that are as they are when nothing happens left out. */
export function runsOf(slots: readonly Slot[]): Run[] {
  const runs: Run[] = [];
  slots.forEach(({ state }, index) => {
    const last = runs.at(-1);
    if (last && last.state === state && last.to === index) last.to = index + 1;
    else runs.push({ from: index, to: index + 1, state });
  });
  return runs.filter((run) => run.state !== "idle" && run.state !== "unplanned");
}

export interface NextRun {
  start: number;
  end: number | null;
  /** It is under way. */
  running: boolean;
}

/** Return the run that is under way or comes next, nothing where none is known. */
export function nextRun(appliance: Appliance, now: number): NextRun | null {
  const slot = slotStart(now);
  if (appliance.running) {
    const end = appliance.ready_at ?? (followsPlan(appliance) ? endOfRun(appliance, slot) : null);
    return { start: slot, end: end !== null && end > now ? end : null, running: true };
  }
  const start = appliance.next_start;
  if (start === null || !isPiloted(appliance)) return null;
  return { start, end: appliance.ready_at ?? endOfRun(appliance, start), running: false };
}

function endOfRun(appliance: Appliance, start: number): number | null {
  let at = start;
  while (planned(appliance, at)) at += SLOT;
  return at > start ? at : null;
}

/** Return what Home Assistant says, whose times are those of the home: where one's own differ, it says so. */
export function saidAtHome(text: string | null, { word, clock, now }: Pick<Teller, "word" | "clock" | "now">): string {
  return text && /\d:\d\d/.test(text) && clock.isAbroad(now) ? `${text} ${word("home_time")}` : (text ?? "");
}

const OWNERS = new Set(["ems", "action", "planner", "emhass", "calendar"]);

/** Return whose plan it is, as it is said within a sentence. */
export function planWords(appliance: Appliance, word: Localize): string {
  const owner = appliance.plan?.owner ?? "";
  return word(OWNERS.has(owner) ? (`plan_of_${owner}` as Word) : "plan");
}

/** Return what a new plan changed, in few words; empty where it changed nothing that comes. */
export function changeSentence(appliance: Appliance, { word, clock, now }: Teller): string {
  const plan = appliance.plan;
  const present = slotStart(now);
  const changed = new Set(plan?.changed.filter((at) => at >= present));
  if (!plan || !changed.size) return "";
  let before: number | undefined;
  let after: number | undefined;
  for (let at = Math.max(plan.start, present); at < plan.start + plan.slots.length * SLOT; at += SLOT) {
    const on = planned(appliance, at) === true;
    if (on) after ??= at;
    if (on !== changed.has(at)) before ??= at;
  }
  const told = (at: number) => clock.moment(at, now);
  if (before === undefined && after === undefined) return "";
  if (before === undefined) return word("changed_to", { after: told(after!) });
  if (after === undefined) return word("changed_from", { before: told(before) });
  if (before === after) return changed.size === 1 ? word("changed_one") : word("changed_some", { count: changed.size });
  return word("changed_both", { before: told(before), after: told(after) });
}

/** Return the time by which something is late, empty if it is not. */
export function lateSentence(appliance: Appliance, { word, clock, now }: Teller): string {
  const { late, ready_at: ready, wished_end: wished } = appliance;
  if (!late || ready === null || wished === null) return "";
  return word("late", { ready: clock.moment(ready, now), wished: clock.moment(wished, now) });
}

export interface Told {
  /** From when to when. */
  range: string;
  /** What it was, in a word or two. */
  state: string;
  /** Why. */
  why: string;
  facts: string[];
}

/** Return what is said of one quarter-hour. */
export function tell(
  appliance: Appliance,
  slots: readonly Slot[],
  index: number,
  span: Span,
  teller: Teller,
): Told {
  const { word, clock, now } = teller;
  const slot = slots[index]!;
  const facts: string[] = [];
  const told: Told = {
    range: word("range", { from: clock.moment(slot.at, now), to: clock.time(slot.at + SLOT) }),
    state: word(`state_${slot.state}`),
    why: "",
    facts,
  };
  if (slot.row) aboutPast(slot.row, told, teller);
  else if (index < span.present) told.why = word("why_unknown");
  else if (index === span.present) {
    told.why = saidAtHome(appliance.decision.sentence, teller);
    if (slot.state === "ran") told.state = word("state_running");
    if (appliance.decision.source)
      facts.push(word("decided_by", { source: teller.source(appliance.decision.source) }));
    if (appliance.power !== null) facts.push(word("power", { power: powerText(appliance.power, teller) }));
  } else aboutFuture(appliance, slots, index, told, teller);
  if (slot.changed) facts.push(word(slot.changed === "added" ? "changed_added" : "changed_removed"));
  const wished = appliance.wished_end;
  if (wished !== null && wished >= slot.at && wished < slot.at + SLOT)
    facts.push(word("wished_end", { time: clock.time(wished) }));
  return told;
}

function aboutPast(row: Past, told: Told, { word, number, reason, source }: Teller): void {
  const failed = row.outcome !== null && row.outcome !== "acknowledged";
  if (failed && row.failure) told.why = reason(row.failure);
  else if (row.reason) told.why = reason(row.reason);
  if (row.ran) told.facts.push(word("ran_minutes", { minutes: Math.max(1, Math.round(row.ran / 60)) }));
  if (row.energy) told.facts.push(word("energy", { energy: number(row.energy / 1000, 2) }));
  if (row.outcome === "acknowledged") told.facts.push(word("confirmed"));
  if (row.source) told.facts.push(word("decided_by", { source: source(row.source) }));
  if (failed && row.failure && row.reason) told.facts.push(word("because", { reason: reason(row.reason) }));
}

function aboutFuture(
  appliance: Appliance,
  slots: readonly Slot[],
  index: number,
  told: Told,
  { word, clock, now }: Teller,
): void {
  const plan = capital(planWords(appliance, word));
  const slot = slots[index]!;
  const ready = appliance.ready_at;
  switch (slot.state) {
    case "planned":
    case "ghost": {
      let from = index;
      let to = index;
      while (slots[from - 1]?.state === slot.state) from--;
      while (slots[to + 1]?.state === slot.state) to++;
      const values = {
        plan,
        start: clock.moment(slots[from]!.at, now),
        end: clock.time(slots[to]!.at + SLOT),
      };
      const seen = isPiloted(appliance) ? "why_older" : "why_ghost";
      told.why = word(slot.state === "planned" ? "why_planned" : seen, values);
      if (slot.state === "planned" && ready !== null && slots[from]!.at === appliance.next_start)
        told.facts.push(word("ready", { time: clock.moment(ready, now) }));
      break;
    }
    case "expected":
      told.why = word("why_expected", { time: clock.moment(ready ?? slot.at + SLOT, now) });
      break;
    case "unplanned":
      told.why = word(appliance.plan ? "why_beyond" : "why_unplanned");
      break;
    default:
      told.why = isPiloted(appliance) ? word("why_idle", { plan }) : word("why_manual");
  }
}

/** Return all that is said of a quarter-hour as one text, for those who hear it. */
export function spoken(told: Told): string {
  const sentence = told.why && !/[.!?]$/.test(told.why) ? `${told.why}.` : told.why;
  return [`${told.range}, ${told.state}.`, sentence, ...told.facts.map((each) => `${each}.`)]
    .filter(Boolean)
    .join(" ");
}

/** Return a power as people read it. */
export function powerText(watts: number, { number }: Pick<Teller, "number">): string {
  const kilo = Math.abs(watts) >= 1000;
  return `${kilo ? number(watts / 1000, 1) : number(watts, 0)}\u00a0${kilo ? "kW" : "W"}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
