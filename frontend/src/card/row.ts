// One appliance: who, what next, why; its strip; what is asked of it.

import { html, nothing, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import {
  changeSentence,
  followsPlan,
  isPiloted,
  lateSentence,
  nextRun,
  saidAtHome,
  powerText,
  spoken,
  tell,
  type Teller,
} from "../data/timeline";
import type { Appliance } from "../data/types";
import { detail } from "./detail";
import { HEIGHT, strip } from "./strip";
import type { Asking, Card, Frame, Row } from "./view";

const ICONS: Record<string, string> = {
  dishwasher: "mdi:dishwasher",
  washing_machine: "mdi:washing-machine",
  tumble_dryer: "mdi:tumble-dryer",
  water_heater: "mdi:water-boiler",
  heater: "mdi:radiator",
  controlled_heater: "mdi:thermostat",
  electric_car: "mdi:car-electric",
  electric_bike: "mdi:bicycle-electric",
  electric_forklift: "mdi:forklift",
  generic_machine: "mdi:engine",
};

export interface RowLook {
  /** The quarter-hour that arrow keys have come to. */
  index: number;
  /** The row that the tabulator comes to. */
  current: boolean;
  open: boolean;
  asking: Asking | undefined;
  /** Its entry is not loaded: it is as it was. */
  old: boolean;
}

/** Return one row; `look` is what of the card's state concerns it. */
export function row(card: Card, frame: Frame, { appliance, slots, drawing }: Row, look: RowLook): TemplateResult {
  const { word } = frame.teller;
  const { id, name } = appliance;
  // Only where somebody is: the others tell their quarter-hour when arrow keys come to them.
  const told = look.current || look.open ? tell(appliance, slots, look.index, frame.span, frame.teller) : undefined;
  const next = nextText(appliance, frame.teller);
  const why = saidAtHome(appliance.decision.sentence, frame.teller);
  const selected = look.open || look.current ? look.index : undefined;
  const would = look.asking?.step === "confirm" ? look.asking.simulation : null;
  const select = (event: PointerEvent) => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const index = Math.floor(((event.clientX - box.left) / box.width) * slots.length);
    card.select(id, Math.max(0, Math.min(slots.length - 1, index)), true);
  };
  const toggle = () =>
    look.open ? card.close() : card.select(id, frame.span.present, true);
  return html`<div class="row ${look.open ? "open" : ""} ${look.old ? "old" : ""}" role="group" aria-label=${name} data-id=${id}>
    <div class="info">
      <ha-icon
        class="icon ${appliance.running ? "on" : ""} ${appliance.connected === false ? "away" : ""}"
        icon=${ICONS[appliance.kind ?? ""] ?? "mdi:power-plug"}
        aria-hidden="true"
      ></ha-icon>
      <button class="about" aria-expanded=${look.open} @click=${toggle}>
        <span class="line">
          <span class="name">${name}</span>
          <span class="watts">${appliance.running && appliance.power ? powerText(appliance.power, frame.teller) : ""}</span>
          <span class="next">${next}</span>
        </span>
        <span class="why">${why}</span>
        ${chips(appliance, frame)}
      </button>
      ${pilot(card, frame, appliance, look.asking)}
    </div>
    <div
      class="strip"
      role="slider"
      tabindex=${look.current ? 0 : -1}
      aria-label=${word("strip_of", { name })}
      aria-describedby="help"
      aria-orientation="horizontal"
      aria-valuemin="0"
      aria-valuemax=${slots.length - 1}
      aria-valuenow=${look.index}
      aria-valuetext=${told ? spoken(told) : why || word("now")}
      style="height:${HEIGHT}px"
      @click=${select}
      @keydown=${(event: KeyboardEvent) => card.key(event, id)}
    >
      ${
        frame.width
          ? guard([frame, drawing, appliance.wished_end, appliance.late, selected, would], () =>
              strip(appliance, drawing, {
                slots,
                span: frame.span,
                width: frame.width,
                ticks: frame.ticks,
                selected,
                would,
              }),
            )
          : nothing
      }
    </div>
    ${told && look.open ? detail(card, frame, appliance, told, look.asking) : nothing}
    ${!look.open && look.asking ? asked(look.asking, frame) : nothing}
  </div>`;
}

/** What became of the toggle, where no detail is open to say it. */
function asked(asking: Asking, { teller: { word } }: Frame): TemplateResult {
  if (asking.step === "problem") return html`<p class="problem" role="alert">${asking.problem}</p>`;
  const text = asking.step === "done" ? word("done") : word("working");
  return html`<p class="asked" role="status">${text}</p>`;
}

/** Return when an appliance runs next, or until when it does; empty where nobody knows of a run. */
export function nextText(appliance: Appliance, { word, clock, now }: Teller): string {
  const run = nextRun(appliance, now);
  if (!run) return "";
  if (run.running)
    return run.end === null ? word("running") : word("until", { end: clock.moment(run.end, now) });
  const start = clock.moment(run.start, now);
  return run.end === null
    ? word("run_open", { start })
    : word("run", { start, end: clock.time(run.end) });
}

function chips(appliance: Appliance, frame: Frame): TemplateResult | typeof nothing {
  const { word } = frame.teller;
  const late = lateSentence(appliance, frame.teller);
  const changed = followsPlan(appliance) ? changeSentence(appliance, frame.teller) : "";
  const found = [
    late && html`<span class="chip late"><ha-icon icon="mdi:flag-outline" aria-hidden="true"></ha-icon>${late}</span>`,
    appliance.connected === false &&
      html`<span class="chip away"><ha-icon icon="mdi:lan-disconnect" aria-hidden="true"></ha-icon>${word("offline")}</span>`,
    changed && html`<span class="chip new"><ha-icon icon="mdi:update" aria-hidden="true"></ha-icon>${changed}</span>`,
  ].filter(Boolean);
  return found.length ? html`<span class="chips">${found}</span>` : nothing;
}

/** The switch between plan and people; it shows the wish at once, and a newer one takes its place. */
function pilot(
  card: Card,
  { teller: { word } }: Frame,
  appliance: Appliance,
  asking: Asking | undefined,
): TemplateResult | typeof nothing {
  if (!appliance.can.includes("pilot")) return nothing;
  const wish = asking?.wish;
  const working = asking?.step === "working" && wish?.what === "pilot";
  const on = working ? wish.on : isPiloted(appliance);
  return html`<button
    class="pilot ${working ? "working" : ""}"
    role="switch"
    aria-checked=${on}
    aria-label=${word("follow_of", { name: appliance.name })}
    title=${word("follow")}
    @click=${() => card.ask(appliance.id, { what: "pilot", on: !on })}
  >
    <span class="track"><span class="thumb"></span></span>
    <span class="caption">${word(on ? "by_plan" : "by_hand")}</span>
  </button>`;
}
