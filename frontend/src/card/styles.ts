import { css } from "lit";

/** Colours are those of the theme; each state has a shape of its own besides. */
export const drawn = css`
  :host {
    --elfe-ran: var(--elfe-ran-color, var(--success-color, #43a047));
    --elfe-plan: var(--elfe-plan-color, var(--primary-color, #009ac7));
    --elfe-fail: var(--error-color, #db4437);
    --elfe-doubt: var(--warning-color, #ffa600);
    --elfe-quiet: var(--secondary-text-color, #727272);
    --elfe-text: var(--primary-text-color, #141414);
  }
  svg {
    display: block;
    overflow: visible;
  }
  .ran {
    fill: var(--elfe-ran);
  }
  .failed {
    fill: var(--elfe-fail);
  }
  .doubtful {
    fill: var(--elfe-doubt);
  }
  .skipped {
    fill: var(--elfe-quiet);
  }
  .missed,
  .ghost {
    fill: none;
    stroke: var(--elfe-quiet);
    stroke-dasharray: 2 2;
  }
  .unknown {
    fill: var(--elfe-quiet);
    opacity: 0.35;
  }
  .planned {
    fill: color-mix(in srgb, var(--elfe-plan) 45%, transparent);
    stroke: var(--elfe-plan);
  }
  .expected {
    fill: color-mix(in srgb, var(--elfe-plan) 25%, transparent);
  }
  .preview {
    fill: color-mix(in srgb, var(--elfe-plan) 15%, transparent);
    stroke: var(--elfe-text);
    stroke-width: 1.5;
    stroke-dasharray: 3 2;
  }
  .before {
    fill: color-mix(in srgb, var(--elfe-quiet) 7%, transparent);
  }
  .grid {
    fill: none;
    stroke: var(--divider-color, #e0e0e0);
    shape-rendering: crispEdges;
  }
  .now {
    fill: none;
    stroke: var(--elfe-text);
    stroke-width: 1.5;
    transform: translateX(var(--elfe-now, 0));
  }
  .mark {
    fill: none;
    stroke-width: 1.7;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  .mark.confirmed {
    stroke: var(--elfe-ran);
  }
  .mark.failed {
    stroke: var(--elfe-fail);
  }
  .mark.doubtful,
  .mark.skipped {
    stroke: var(--elfe-text);
  }
  .mark.added {
    fill: var(--elfe-plan);
    stroke: none;
  }
  .mark.removed {
    stroke: var(--elfe-plan);
    stroke-width: 1.2;
  }
  .wish {
    fill: var(--elfe-quiet);
    stroke: var(--elfe-quiet);
    stroke-width: 1.2;
  }
  .wish.late {
    fill: var(--elfe-doubt);
    stroke: var(--elfe-doubt);
  }
`;

export const styles = [
  drawn,
  css`
    :host {
      display: block;
      container-type: inline-size;
    }
    ha-card {
      overflow: hidden;
      height: 100%;
    }
    .card {
      padding: 12px 16px 16px;
      color: var(--elfe-text);
      font-size: 14px;
      line-height: 1.4;
    }
    .card.titled {
      padding-top: 0;
    }
    p,
    h3,
    ul {
      margin: 0;
    }
    button,
    input {
      font: inherit;
      color: inherit;
    }
    button {
      background: none;
      border: 0;
      padding: 0;
      cursor: pointer;
      text-align: start;
    }
    :focus-visible {
      outline: 2px solid var(--primary-color, #009ac7);
      outline-offset: 2px;
      border-radius: 6px;
    }
    ha-icon {
      --mdc-icon-size: 18px;
      display: inline-flex;
    }

    .health,
    .chips,
    .legend,
    .controls,
    .facts {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 6px 8px;
    }
    .health {
      padding-bottom: 8px;
    }
    .entry {
      display: inline-flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 6px;
    }
    .chip {
      display: inline-flex;
      align-items: center;
      gap: 4px;
      padding: 2px 10px 2px 6px;
      border-radius: 12px;
      font-size: 12px;
      background: color-mix(in srgb, var(--elfe-quiet) 12%, transparent);
    }
    .chip ha-icon {
      --mdc-icon-size: 16px;
    }
    .chip.well ha-icon {
      color: var(--elfe-ran);
    }
    .chip.wrong,
    .chip.late,
    .chip.away {
      background: color-mix(in srgb, var(--elfe-doubt) 25%, transparent);
    }
    .chip.new {
      background: color-mix(in srgb, var(--elfe-plan) 18%, transparent);
    }
    .notice,
    .shadow {
      padding: 10px 12px;
      margin-bottom: 8px;
      border-radius: 8px;
      background: color-mix(in srgb, var(--elfe-quiet) 12%, transparent);
    }
    .notice[role="alert"],
    .problem {
      background: color-mix(in srgb, var(--elfe-fail) 15%, transparent);
    }
    .shadow {
      display: flex;
      gap: 8px;
      border: 1px dashed var(--elfe-quiet);
    }

    .rows {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
    }
    .old .strip svg {
      opacity: 0.45;
    }
    .shadowed .ran,
    .shadowed .planned {
      fill-opacity: 0.3;
      stroke: var(--elfe-plan);
      stroke-dasharray: 3 2;
    }
    .home {
      font-size: 13px;
      font-weight: 500;
      color: var(--elfe-quiet);
      padding: 12px 0 2px;
    }
    .row {
      display: grid;
      grid-template-columns: subgrid;
      grid-column: 1 / -1;
      align-items: center;
      padding: 8px 0 4px;
      border-top: 1px solid var(--divider-color, #e0e0e0);
    }
    .axis {
      position: relative;
      height: 20px;
      font-size: 11px;
      color: var(--elfe-quiet);
      direction: ltr;
    }
    .tick,
    .here {
      position: absolute;
      bottom: 2px;
      transform: translateX(-50%);
      white-space: nowrap;
    }
    .tick.day {
      font-weight: 600;
      color: var(--elfe-text);
    }
    .here {
      left: var(--elfe-now, 0);
      padding: 0 6px;
      border-radius: 8px;
      color: var(--card-background-color, #fff);
      background: var(--elfe-text);
    }
    .info {
      display: flex;
      align-items: center;
      gap: 10px;
      min-width: 0;
    }
    .icon {
      --mdc-icon-size: 22px;
      flex: none;
      justify-content: center;
      align-items: center;
      width: 36px;
      height: 36px;
      border-radius: 50%;
      color: var(--elfe-quiet);
      background: color-mix(in srgb, var(--elfe-quiet) 12%, transparent);
    }
    .icon.on {
      color: var(--elfe-ran);
      background: color-mix(in srgb, var(--elfe-ran) 18%, transparent);
    }
    .about {
      flex: 1;
      min-width: 0;
      min-height: 44px;
    }
    .line {
      display: flex;
      flex-wrap: wrap;
      align-items: baseline;
      gap: 0 8px;
    }
    .name {
      font-weight: 500;
      overflow-wrap: anywhere;
    }
    .next {
      font-variant-numeric: tabular-nums;
    }
    .line :empty {
      display: none;
    }
    .watts,
    .why {
      color: var(--elfe-quiet);
    }
    .why {
      display: block;
      font-size: 13px;
    }
    .chips {
      margin-top: 4px;
    }
    .strip {
      direction: ltr;
      cursor: pointer;
      padding: 6px 0 4px;
      touch-action: manipulation;
      min-width: 0;
    }
    .selected {
      fill: color-mix(in srgb, var(--elfe-text) 10%, transparent);
      stroke: var(--elfe-text);
      opacity: 0;
    }
    .strip:focus-visible .selected,
    .open .selected {
      opacity: 1;
    }

    .pilot {
      flex: none;
      display: inline-flex;
      flex-direction: column;
      align-items: center;
      justify-content: center;
      min-width: 52px;
      min-height: 44px;
    }
    .caption {
      font-size: 11px;
      line-height: 14px;
      color: var(--elfe-quiet);
    }
    .track {
      width: 36px;
      height: 20px;
      border-radius: 10px;
      direction: ltr;
      background: color-mix(in srgb, var(--elfe-quiet) 60%, transparent);
      transition: background 0.15s;
    }
    .thumb {
      display: block;
      width: 16px;
      height: 16px;
      margin: 2px;
      border-radius: 50%;
      background: #fff;
      transition: transform 0.15s;
    }
    .pilot[aria-checked="true"] .track {
      background: var(--elfe-plan);
    }
    .pilot[aria-checked="true"] .thumb {
      transform: translateX(16px);
    }
    .pilot.working {
      opacity: 0.6;
      cursor: progress;
    }

    .detail {
      grid-column: 1 / -1;
      display: grid;
      grid-template-columns: minmax(0, 1fr) auto;
      gap: 4px 8px;
      padding: 10px 12px 12px;
      margin: 4px 0 8px;
      border-radius: 10px;
      background: color-mix(in srgb, var(--elfe-quiet) 8%, transparent);
    }
    .detail > :not(.told, .close) {
      grid-column: 1 / -1;
    }
    .what {
      font-variant-numeric: tabular-nums;
    }
    .state::before {
      content: "· ";
    }
    .facts {
      color: var(--elfe-quiet);
      font-size: 13px;
      gap: 2px 14px;
    }
    .close {
      width: 44px;
      height: 44px;
      margin: -8px -10px 0 0;
      display: inline-flex;
      align-items: center;
      justify-content: center;
    }
    .controls {
      padding-top: 6px;
    }
    .do {
      display: inline-flex;
      align-items: center;
      gap: 6px;
      min-height: 44px;
      padding: 0 14px;
      border-radius: 22px;
      border: 1px solid color-mix(in srgb, var(--elfe-quiet) 50%, transparent);
      background: var(--card-background-color, #fff);
    }
    .do.main {
      color: var(--text-primary-color, #fff);
      background: var(--elfe-plan);
      border-color: transparent;
    }
    .do:disabled {
      opacity: 0.5;
      cursor: default;
    }
    .deadline,
    .deadline label {
      display: inline-flex;
      align-items: center;
      gap: 8px;
    }
    .deadline input {
      min-height: 42px;
      padding: 0 10px;
      border-radius: 10px;
      border: 1px solid color-mix(in srgb, var(--elfe-quiet) 50%, transparent);
      background: var(--card-background-color, #fff);
    }
    .asked,
    .problem {
      grid-column: 1 / -1;
      font-size: 13px;
    }
    .asked:empty {
      display: none;
    }
    .asked {
      color: var(--elfe-quiet);
    }
    .problem {
      padding: 8px 12px;
      border-radius: 8px;
    }
    .would.late {
      font-weight: 500;
    }
    .note {
      color: var(--elfe-quiet);
      font-size: 13px;
    }
    .legend {
      list-style: none;
      padding: 12px 0 0;
      gap: 2px 14px;
      font-size: 12px;
      color: var(--elfe-quiet);
    }
    .legend li {
      display: inline-flex;
      /* Samples stand on the line, as they do in a strip. */
      align-items: flex-end;
      line-height: 18px;
      gap: 6px;
    }

    @container (min-width: 760px) {
      .rows {
        grid-template-columns: minmax(280px, 36%) minmax(0, 1fr);
        column-gap: 16px;
      }
      .axis {
        grid-column: 2;
      }
      .home {
        grid-column: 1 / -1;
      }
    }
    @media (prefers-reduced-motion: reduce) {
      * {
        transition: none !important;
      }
    }
  `,
];
