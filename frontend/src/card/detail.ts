// What is said of one quarter-hour, and what can be done about the appliance. It stands under its row.

import { html, nothing, type TemplateResult } from "lit";
import { isPiloted, saidAtHome, type Told } from "../data/timeline";
import type { Appliance, Simulation } from "../data/types";
import { isSame, nextAt, runsAhead, type Wish } from "./acting";
import type { Asking, Card, Frame } from "./view";

/** Return the detail of a row. */
export function detail(
  card: Card,
  frame: Frame,
  appliance: Appliance,
  told: Told,
  asking: Asking | undefined,
): TemplateResult {
  const { word } = frame.teller;
  return html`<div class="detail" role="region" aria-label=${word("more", { name: appliance.name })}>
    <div class="told">
      <p class="what"><b>${told.range}</b> <span class="state">${told.state}</span></p>
      ${told.why ? html`<p class="reason">${told.why}</p>` : nothing}
      ${told.facts.length ? html`<p class="facts">${told.facts.map((fact) => html`<span>${fact}</span>`)}</p>` : nothing}
    </div>
    <button class="close" aria-label=${word("close")} title=${word("close")} @click=${() => card.close()}>
      <ha-icon icon="mdi:close" aria-hidden="true"></ha-icon>
    </button>
    ${controls(card, frame, appliance, asking)}
  </div>`;
}

function controls(
  card: Card,
  frame: Frame,
  appliance: Appliance,
  asking: Asking | undefined,
): TemplateResult | typeof nothing {
  const { can, id, wished_end: wished, running } = appliance;
  const { word, clock } = frame.teller;
  if (!can.length) return nothing;
  if (asking?.step === "confirm") return confirmation(card, frame, appliance, asking);
  const underWay = asking?.step === "working" || asking?.step === "checking" ? asking.wish : undefined;
  // What is under way is not asked twice; whatever else is asked meanwhile is the newer word.
  const busy = (wish: Wish) => underWay !== undefined && isSame(underWay, wish);
  const ask = (wish: Wish) => () => card.ask(id, wish);
  const button = (icon: string, text: string, wish: Wish) =>
    html`<button class="do" ?disabled=${busy(wish)} @click=${ask(wish)}>
      <ha-icon icon=${icon} aria-hidden="true"></ha-icon>${text}
    </button>`;
  const deadline = (event: Event) => {
    event.preventDefault();
    const input = (event.target as HTMLElement).querySelector("input");
    const at = input && nextAt(input.value, card.now(), clock);
    if (at) card.ask(id, { what: "deadline", at });
  };
  const modes = can.includes("mode");
  const piloted = isPiloted(appliance);
  return html`<div class="controls">
      ${can.includes("start") && !running ? button("mdi:play", word("start"), { what: "start" }) : nothing}
      ${modes && !can.includes("deadline") && !(running && !piloted) ? button("mdi:power", word("keep_on"), { what: "mode", mode: "forced_on" }) : nothing}
      ${modes ? button("mdi:power-off", word("keep_off"), { what: "mode", mode: "forced_off" }) : nothing}
      ${
        can.includes("pilot")
          ? piloted
            ? button("mdi:hand-back-right-outline", word("take_over"), { what: "pilot", on: false })
            : button("mdi:calendar-clock", word("give_back"), { what: "pilot", on: true })
          : nothing
      }
      ${
        can.includes("deadline")
          ? html`<form class="deadline" @submit=${deadline}>
              <label>${word("ready_by")} <input type="time" required .value=${wished ? clock.input(wished) : ""} /></label>
              <button class="do">${word("set")}</button>
            </form>`
          : nothing
      }
    </div>
    ${progress(asking, frame)}`;
}

function progress(asking: Asking | undefined, { teller: { word } }: Frame): TemplateResult {
  if (asking?.step === "problem") return html`<p class="problem" role="alert">${asking.problem}</p>`;
  const text =
    asking?.step === "working"
      ? word("working")
      : asking?.step === "checking"
        ? word("checking")
        : asking?.step === "done"
          ? word("done")
          : "";
  return html`<p class="asked" role="status">${text}</p>`;
}

/** What would come of it, and the button that does it. */
function confirmation(
  card: Card,
  frame: Frame,
  appliance: Appliance,
  asking: Extract<Asking, { step: "confirm" }>,
): TemplateResult {
  const { word } = frame.teller;
  const { wish, simulation } = asking;
  const label: Record<Wish["what"], string> = {
    start: word("start"),
    deadline: word("set"),
    pilot: word(wish.what === "pilot" && wish.on ? "give_back" : "take_over"),
    mode: word(wish.what === "mode" && wish.mode === "forced_off" ? "keep_off" : "keep_on"),
  };
  return html`<div class="confirm" role="group" aria-label=${label[wish.what]}>
    ${simulation ? html`<p class="would ${simulation.late ? "late" : ""}">${wouldText(simulation, frame)}</p>` : nothing}
    ${simulation?.notes.map((note) => html`<p class="note">${saidAtHome(note.text, frame.teller)}</p>`)}
    <div class="controls">
      <button class="do main" @click=${() => card.confirm(appliance.id)}>${label[wish.what]}</button>
      <button class="do" @click=${() => card.cancel(appliance.id)}>${word("cancel")}</button>
    </div>
  </div>`;
}

/** Return what would happen, in a sentence. */
export function wouldText(simulation: Simulation, { teller: { word, clock, now } }: Pick<Frame, "teller">): string {
  const ready = simulation.ready_at;
  const ahead = runsAhead(simulation).slice(0, 3);
  const runs = ahead.map(({ start, end }) => word("run", { start: clock.moment(start, now), end: clock.time(end) }));
  if (!runs.length && simulation.slots.includes("-") && ready === null) return word("would_open");
  const parts = [runs.length ? word("would", { runs: runs.join(", ") }) : word("would_not_run")];
  if (ready !== null && ready !== ahead.at(-1)?.end) parts.push(word("would_ready", { time: clock.moment(ready, now) }));
  if (simulation.late) parts.push(word("would_late"));
  return parts.join(" · ");
}
