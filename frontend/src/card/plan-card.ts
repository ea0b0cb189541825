// The card: one row for each appliance under one axis. It hears what changed and draws only that; the
// frontend's thousands of other changes do not concern it.

import { LitElement, html, nothing, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import { repeat } from "lit/directives/repeat.js";
import { Feed, type Selection } from "../data/connection";
import type { HomeAssistant } from "../data/home-assistant";
import { isDrawnAlike, looksAlike, slotsOf, spanAt, type Span, type Teller } from "../data/timeline";
import { SLOT, entryOf, type Appliance, type Away } from "../data/types";
import { fetchWords, localizer, pageLanguage, tellerOf } from "../localize";
import { DOCUMENTATION, define, offerCard } from "../register";
import { act, whatIf, type Wish } from "./acting";
import { axis, legend, ticksOf, type Tick } from "./axis";
import {
  CARD,
  HOURS_AHEAD,
  HOURS_BACK,
  areaOf,
  checked,
  form,
  pilotOf,
  suggestion,
  type CardConfig,
} from "./config";
import { health } from "./health";
import { awayText, matterOf } from "./matter";
import { row } from "./row";
import { draw } from "./strip";
import { styles } from "./styles";
import type { Asking, Card, Frame, Row } from "./view";

/** Milliseconds. */
const TICK = 20_000;
const DONE_FOR = 4000;
const PROBLEM_FOR = 120_000;

export class PlanCard extends LitElement implements Card {
  static override styles = styles;

  static getConfigForm = form;

  static getStubConfig(): Omit<CardConfig, "type"> {
    return {};
  }

  private _hass: HomeAssistant | undefined;
  private config: CardConfig | undefined;
  private feed: Feed | undefined;
  /** Changes with language, clock, quarter-hour and width: then all rows are drawn anew. */
  private frame: Frame | undefined;
  private ticks: Tick[] = [];
  private width = 0;
  private rows = new Map<string, Row>();
  private collator = new Intl.Collator();
  private askings = new Map<string, Asking>();
  private order: string[] = [];
  /** Where arrow keys have come to: an appliance, and the time of a quarter-hour, none for the present one. */
  private current: string | undefined;
  private at: number | undefined;
  private open: string | undefined;
  private timer: ReturnType<typeof setInterval> | undefined;
  private observed: Element | undefined;
  private readonly sizes = new ResizeObserver(() => this.measure());

  setConfig(config: CardConfig): void {
    this.config = checked(config);
    this.frame = undefined;
    this.listen();
    this.requestUpdate();
  }

  set hass(hass: HomeAssistant) {
    const before = this._hass;
    this._hass = hass;
    // An entity that has another name is asked for by that one.
    const renamed = this.config?.entities !== undefined && before?.entities !== hass.entities;
    if (before?.connection !== hass.connection || renamed) this.listen();
    if (before?.localize !== hass.localize) void fetchWords(hass, () => this.redraw());
    const areas = this.config?.areas !== undefined;
    if (
      before?.locale !== hass.locale ||
      before.localize !== hass.localize ||
      (areas && (before.entities !== hass.entities || before.devices !== hass.devices))
    )
      this.redraw();
  }

  private redraw(): void {
    this.frame = undefined;
    this.requestUpdate();
  }

  getCardSize(): number {
    return 2 + Math.max(1, this.order.length) * 2;
  }

  getGridOptions(): Record<string, unknown> {
    return { columns: "full", min_columns: 6, rows: "auto" };
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.listen();
    this.timer = setInterval(() => this.tick(), TICK);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.timer);
    this.sizes.disconnect();
    this.observed = undefined;
    this.feed?.close();
    this.feed = undefined;
  }

  /** Subscribe, anew if the connection or what is to be seen is another. */
  private listen(): void {
    const { _hass: hass, config, feed } = this;
    if (!hass || !config || !this.isConnected) return;
    const home = config.homes?.length === 1 ? config.homes[0] : undefined;
    const entities = config.entities?.map((each) => pilotOf(hass, each) ?? each);
    const selection: Selection = {
      hours_back: config.hours_back ?? HOURS_BACK,
      ...(config.config_entry_id ? { config_entry_id: config.config_entry_id } : {}),
      ...(home ? { home } : {}),
      ...(entities?.length ? { entity_ids: entities } : {}),
    };
    if (feed?.isOf(hass.connection, selection)) return;
    feed?.close();
    this.feed = new Feed(hass.connection, selection, () => this.requestUpdate());
  }

  private tick(): void {
    if (!this.feed || !this._hass || document.hidden) return;
    this.requestUpdate();
  }

  private measure(): void {
    // As it is laid out: where a preview is shown smaller than it is, or grows, is another matter.
    const width = this.renderRoot.querySelector<HTMLElement>(".axis")?.offsetWidth ?? 0;
    if (width && width !== this.width) {
      this.width = width;
      this.frame = undefined;
      this.requestUpdate();
    }
  }

  /** What all rows have in common, the same object as long as nothing of it changes. */
  private framed(hass: HomeAssistant, feed: Feed): Frame {
    const { config } = this;
    const now = feed.now();
    const span = spanAt(now, config?.hours_back ?? HOURS_BACK, config?.hours_ahead ?? HOURS_AHEAD);
    const known = this.frame;
    if (known && known.span.start === span.start && known.hass.localize === hass.localize) {
      return known;
    }
    this.collator = new Intl.Collator(hass.locale.language, { numeric: true });
    const teller = tellerOf(hass, now);
    this.ticks = this.width ? ticksOf(span, this.width, teller.clock) : [];
    this.frame = { hass, span, width: this.width, ticks: this.ticks.map((tick) => tick.x), teller };
    this.rows.clear();
    return this.frame;
  }

  /** The appliances to show, in their order: by home, then by name. */
  private shown(hass: HomeAssistant, feed: Feed): Appliance[] {
    const { homes, areas, kinds, entities } = this.config ?? {};
    const found = [...feed.appliances.values()].filter(
      (each) =>
        // What is measured only has neither plan nor past.
        (each.mode !== "not_piloted" || entities?.length) &&
        (!homes?.length || homes.includes(each.home)) &&
        (!kinds?.length || kinds.includes(each.kind ?? "")) &&
        (!areas?.length || areas.includes(areaOf(hass, each) ?? "")),
    );
    const { compare } = this.collator;
    found.sort((a, b) => compare(a.home, b.home) || compare(a.name, b.name));
    if (!entities?.length) return found;
    const place = new Map(entities.map((id, index) => [pilotOf(hass, id) ?? id, index]));
    const of = (each: Appliance) => place.get(each.entity_id ?? "") ?? entities.length;
    return found.sort((a, b) => of(a) - of(b));
  }

  private rowOf(appliance: Appliance, frame: Frame): Row {
    const known = this.rows.get(appliance.id);
    if (known?.appliance === appliance) return known;
    if (known && isDrawnAlike(known.appliance, appliance)) {
      const same = { ...known, appliance };
      this.rows.set(appliance.id, same);
      return same;
    }
    const sameOver = known !== undefined && known.appliance.past === appliance.past;
    const slots = slotsOf(appliance, frame.span, sameOver ? known.slots : undefined);
    const drawing =
      known && looksAlike(known.slots, slots) ? known.drawing : draw(slots, frame.width);
    const made = { appliance, slots, drawing };
    this.rows.set(appliance.id, made);
    return made;
  }

  override render(): TemplateResult | typeof nothing {
    const { config, _hass: hass, feed } = this;
    if (!config || !hass) return nothing;
    return html`<ha-card .header=${config.title}>
      <div class="card ${config.title ? "titled" : ""}">${feed ? this.content(config, hass, feed) : nothing}</div>
    </ha-card>`;
  }

  private content(config: CardConfig, hass: HomeAssistant, feed: Feed): TemplateResult {
    const frame = this.framed(hass, feed);
    const { word } = frame.teller;
    const appliances = this.shown(hass, feed);
    const rows = appliances.map((each) => this.rowOf(each, frame));
    this.order = appliances.map((each) => each.id);
    if (this.current === undefined || !this.order.includes(this.current)) {
      this.current = this.order[0];
      this.at = undefined;
    }
    if (this.open !== undefined && !this.order.includes(this.open)) this.open = undefined;
    const entries = new Set(appliances.map(entryOf));
    const told = Object.fromEntries(
      Object.entries(feed.health).filter(([id]) => !appliances.length || entries.has(id)),
    );
    const shadow = Object.values(told).some((each) => each.shadow);
    const notice = this.notice(feed, entries, frame.teller);
    const several = new Set(appliances.map((each) => each.home)).size > 1;
    const present = ((feed.now() - frame.span.start) / SLOT / frame.span.count) * frame.width;
    return html`
      ${config.health === false || feed.state !== "ready" ? nothing : health(hass, told, feed.now(), word)}
      ${shadow ? html`<p class="shadow" role="note"><ha-icon icon="mdi:ghost-outline" aria-hidden="true"></ha-icon>${word("shadow")}</p>` : nothing}
      ${notice}
      <p id="help" hidden>${word("strip_help")}</p>
      <div
        class="rows ${feed.state === "ready" ? "" : "old"} ${shadow ? "shadowed" : ""}"
        style="--elfe-now:${present}px"
        aria-busy=${feed.state === "loading"}
      >
        ${axis(this.ticks, frame.width, present, word)}
        ${repeat(
          rows,
          ({ appliance }) => appliance.id,
          (each, number) => {
            const { id, home } = each.appliance;
            const look = {
              index: this.current === id ? this.indexIn(frame.span) : frame.span.present,
              current: this.current === id,
              open: this.open === id,
              asking: this.askings.get(id),
              old: entryOf(each.appliance) in feed.away,
            };
            const heading = several && home !== rows[number - 1]?.appliance.home ? home : "";
            return html`${heading ? html`<h3 class="home">${heading}</h3>` : nothing}${guard(
              [each, frame, look.index, look.current, look.open, look.asking, look.old],
              () => row(this, frame, each, look),
            )}`;
          },
        )}
      </div>
      ${config.legend === false || !rows.length ? nothing : legend(seenIn(rows), word)}
    `;
  }

  /** What is to be said of the whole, where there is something to say; `shown` are entries that have rows. */
  private notice(feed: Feed, shown: Set<string>, { word, clock }: Teller): TemplateResult | typeof nothing {
    const say = (text: string, role = "status") => html`<p class="notice" role=${role}>${text}</p>`;
    const matter = matterOf(feed, word, clock);
    if (matter) return say(matter, feed.state === "failed" ? "alert" : "status");
    // Where rows are missing nobody knows whether they would be shown; one that is disabled is meant to be.
    const concerns = ([id, { state }]: [string, Away]) =>
      !shown.size || shown.has(id) || (!this.filtered() && state !== "disabled");
    const away = Object.entries(feed.away).filter(concerns);
    if (away.length) return html`${away.map(([id]) => say(awayText(feed, id, word)))}`;
    if (shown.size) return nothing;
    return say(word(feed.appliances.size || this.filtered() ? "empty_filtered" : "empty"));
  }

  private filtered(): boolean {
    const { entities, homes, areas, kinds, config_entry_id: entry } = this.config ?? {};
    return [entities, homes, areas, kinds].some((each) => each?.length) || entry !== undefined;
  }

  override updated(): void {
    const axis = this.renderRoot.querySelector(".axis") ?? undefined;
    if (axis && axis !== this.observed) {
      this.sizes.disconnect();
      this.sizes.observe(axis);
      this.observed = axis;
    }
    if (!this.width) this.measure();
  }

  // ------------------------------------------------------------------------- looking

  now(): number {
    return this.feed?.now() ?? Date.now() / 1000;
  }

  select(id: string, index: number, open: boolean): void {
    const span = this.frame?.span;
    this.current = id;
    this.at = !span || index === span.present ? undefined : span.start + index * SLOT;
    if (open || this.open !== undefined) this.open = id;
    this.requestUpdate();
  }

  /** Return where arrow keys have come to: the same quarter-hour while time goes on. */
  private indexIn({ start, present, count }: Span): number {
    if (this.at === undefined) return present;
    return Math.max(0, Math.min(count - 1, (this.at - start) / SLOT));
  }

  close(): void {
    const was = this.open;
    this.open = undefined;
    this.requestUpdate();
    if (was) void this.focusOn(was);
  }

  private async focusOn(id: string): Promise<void> {
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>(`[data-id="${CSS.escape(id)}"] .strip`)?.focus();
  }

  key(event: KeyboardEvent, id: string): void {
    const { span } = this.frame ?? {};
    if (!span) return;
    const last = span.count - 1;
    const place = this.order.indexOf(id);
    const step = event.shiftKey ? 4 : 1;
    let index = this.current === id ? this.indexIn(span) : span.present;
    let row = id;
    switch (event.key) {
      case "ArrowRight":
        index += step;
        break;
      case "ArrowLeft":
        index -= step;
        break;
      case "PageUp":
        index += 4;
        break;
      case "PageDown":
        index -= 4;
        break;
      case "ArrowDown":
        row = this.order[place + 1] ?? id;
        break;
      case "ArrowUp":
        row = this.order[place - 1] ?? id;
        break;
      case "Home":
        index = 0;
        break;
      case "End":
        index = last;
        break;
      case "Enter":
      case " ":
        event.preventDefault();
        return this.open === id && event.key === " " ? this.close() : this.select(id, index, true);
      case "Escape":
        if (this.open === undefined) return;
        event.preventDefault();
        return this.close();
      default:
        return;
    }
    event.preventDefault();
    this.select(row, Math.max(0, Math.min(last, index)), false);
    if (row !== id) void this.focusOn(row);
  }

  // -------------------------------------------------------------------------- asking

  ask(id: string, wish: Wish): void {
    if (this.isUnheard(id, wish)) return;
    if (wish.what === "start" || wish.what === "deadline") void this.check(id, wish);
    else void this.carryOut(id, wish);
  }

  confirm(id: string): void {
    const asking = this.askings.get(id);
    if (!asking) return;
    if (!this.isUnheard(id, asking.wish)) void this.carryOut(id, asking.wish);
    void this.focusOn(id);
  }

  /** Return whether nobody would hear what is asked now, and say so. */
  private isUnheard(id: string, wish: Wish): boolean {
    const { feed, frame } = this;
    const appliance = feed?.appliances.get(id);
    if (!feed || !frame || !appliance) return true;
    const matter = matterOf(feed, frame.teller.word, frame.teller.clock, appliance);
    if (matter) this.fail(id, wish, matter);
    return matter !== "";
  }

  cancel(id: string): void {
    this.become(id, undefined);
    void this.focusOn(id);
  }

  private async check(id: string, wish: Wish): Promise<void> {
    const { _hass: hass, frame } = this;
    const appliance = this.feed?.appliances.get(id);
    if (!hass || !frame || !appliance) return;
    const asking = this.become(id, { step: "checking", wish });
    const answer = await whatIf(hass, appliance, wish, frame.teller.word);
    if (this.askings.get(id) !== asking) return;
    if (answer === null) return this.carryOut(id, wish);
    if ("problem" in answer) this.fail(id, wish, answer.problem);
    else {
      this.become(id, { step: "confirm", wish, simulation: answer });
      await this.updateComplete;
      this.renderRoot.querySelector<HTMLElement>(".confirm .main")?.focus();
    }
  }

  private async carryOut(id: string, wish: Wish): Promise<void> {
    const { _hass: hass, frame } = this;
    const appliance = this.feed?.appliances.get(id);
    if (!hass || !frame || !appliance) return;
    const asking = this.become(id, { step: "working", wish });
    const problem = await act(hass, appliance, wish, frame.teller.word);
    if (this.askings.get(id) !== asking) return;
    if (problem) this.fail(id, wish, problem);
    else this.forget(id, this.become(id, { step: "done", wish }), DONE_FOR);
  }

  private fail(id: string, wish: Wish, problem: string): void {
    this.forget(id, this.become(id, { step: "problem", wish, problem }), PROBLEM_FOR);
  }

  /** Say it no longer after a while. */
  private forget(id: string, asking: Asking | undefined, after: number): void {
    setTimeout(() => {
      if (this.askings.get(id) === asking) this.become(id, undefined);
    }, after);
  }

  private become(id: string, asking: Asking | undefined): Asking | undefined {
    if (asking) this.askings.set(id, asking);
    else this.askings.delete(id);
    this.requestUpdate();
    return asking;
  }
}

/** Return which shapes are in sight. */
function seenIn(rows: readonly Row[]): Set<string> {
  const seen = new Set<string>();
  for (const { appliance, drawing } of rows) {
    for (const [state] of drawing.states) seen.add(state);
    for (const [mark] of drawing.marks) seen.add(mark === "removed" ? "added" : mark);
    if (appliance.wished_end) seen.add("wish");
  }
  return seen;
}

define(CARD, PlanCard as unknown as CustomElementConstructor);
offerCard({
  type: CARD,
  get name() {
    return `ELFE Commande: ${localizer(pageLanguage())("card_name")}`;
  },
  get description() {
    return localizer(pageLanguage())("card_description");
  },
  preview: true,
  documentationURL: DOCUMENTATION,
  getEntitySuggestion: suggestion,
});
