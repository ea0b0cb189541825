// A feature of tiles: when the appliance of an entity runs next, and the day ahead as a bar.

import { LitElement, css, html, nothing, svg, type TemplateResult } from "lit";
import { pilotOf } from "../card/config";
import { awayText, matterOf } from "../card/matter";
import { nextText } from "../card/row";
import { drawn } from "../card/styles";
import { Feed } from "../data/connection";
import type { HomeAssistant } from "../data/home-assistant";
import { runsOf, saidAtHome, slotsOf, spanAt } from "../data/timeline";
import { fetchWords, localizer, pageLanguage, tellerOf } from "../localize";
import { define, offerFeature } from "../register";

const FEATURE = "elfe-next-run";
const HOURS = 24;
const TICK = 60_000;

class NextRunFeature extends LitElement {
  static override styles = [
    drawn,
    css`
      .next {
        display: flex;
        flex-direction: column;
        justify-content: center;
        gap: 3px;
        box-sizing: border-box;
        height: var(--feature-height, 42px);
        padding: 2px 10px 4px;
        border-radius: var(--feature-border-radius, 12px);
        background: color-mix(in srgb, var(--elfe-quiet) 10%, transparent);
        color: var(--elfe-text);
        font-size: 13px;
        line-height: 18px;
      }
      .text {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
        font-variant-numeric: tabular-nums;
      }
      svg {
        width: 100%;
        height: 10px;
      }
      .old svg {
        opacity: 0.45;
      }
      .base {
        fill: color-mix(in srgb, var(--elfe-quiet) 25%, transparent);
      }
      .planned,
      .missed,
      .ghost {
        stroke: none;
        fill: var(--elfe-plan);
      }
      .ghost {
        fill: var(--elfe-quiet);
      }
    `,
  ];

  private _hass: HomeAssistant | undefined;
  private entityId: string | undefined;
  private feed: Feed | undefined;
  private timer: ReturnType<typeof setInterval> | undefined;

  static getStubConfig(): { type: string } {
    return { type: `custom:${FEATURE}` };
  }

  setConfig(): void {}

  set hass(hass: HomeAssistant) {
    const before = this._hass;
    this._hass = hass;
    if (before?.connection !== hass.connection || before.entities !== hass.entities) this.listen();
    if (before?.localize !== hass.localize) void fetchWords(hass, () => this.requestUpdate());
    if (before?.locale !== hass.locale || before.localize !== hass.localize) this.requestUpdate();
  }

  set context(context: { entity_id?: string } | undefined) {
    if (context?.entity_id === this.entityId) return;
    this.entityId = context?.entity_id;
    this.listen();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.listen();
    this.timer = setInterval(() => document.hidden || this.requestUpdate(), TICK);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.timer);
    this.feed?.close();
    this.feed = undefined;
  }

  private listen(): void {
    const { _hass: hass, entityId, feed } = this;
    const selection = { entity_ids: [(hass && pilotOf(hass, entityId ?? "")) ?? entityId ?? ""], hours_back: 0 };
    if (hass && feed?.isOf(hass.connection, selection)) return;
    feed?.close();
    this.feed = undefined;
    if (!hass || !entityId || !this.isConnected) return;
    this.feed = new Feed(hass.connection, selection, () => this.requestUpdate());
  }

  override render(): TemplateResult | typeof nothing {
    const { feed, _hass: hass } = this;
    if (!feed || !hass) return nothing;
    const teller = tellerOf(hass, feed.now());
    const { word, clock, now } = teller;
    const [appliance] = feed.appliances.values();
    if (!appliance) {
      const [away] = Object.keys(feed.away);
      const text = matterOf(feed, word, clock) || (away && awayText(feed, away, word)) || word("empty");
      return html`<div class="next"><span class="text" title=${text}>${text}</span></div>`;
    }
    const span = spanAt(now, 0, HOURS);
    const slots = slotsOf(appliance, span);
    const matter = matterOf(feed, word, clock, appliance);
    const why = saidAtHome(appliance.decision.sentence, teller);
    const text = matter || nextText(appliance, teller) || why || word("no_run");
    return html`<div class="next ${matter ? "old" : ""}">
      <span class="text" title=${matter || why || text}>${text}</span>
      <svg viewBox="0 0 ${span.count} 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">
        <rect class="base" y="3" width=${span.count} height="4" rx="0.5"></rect>
        ${runsOf(slots).map((run) => svg`<rect class=${run.state} x=${run.from} y="1" width=${run.to - run.from} height="8"></rect>`)}
      </svg>
    </div>`;
  }
}

define(FEATURE, NextRunFeature as unknown as CustomElementConstructor);
offerFeature({
  type: FEATURE,
  get name() {
    return `ELFE Commande: ${localizer(pageLanguage())("feature_name")}`;
  },
  isSupported: (hass, { entity_id: entityId }) =>
    entityId !== undefined && pilotOf(hass, entityId) !== undefined,
});
