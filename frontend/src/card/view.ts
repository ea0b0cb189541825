// What the parts of a card share: what is shown, and what they may ask of the card.

import type { HomeAssistant } from "../data/home-assistant";
import type { Slot, Span, Teller } from "../data/timeline";
import type { Appliance, Simulation } from "../data/types";
import type { Wish } from "./acting";
import type { Drawing } from "./strip";

/** What somebody asked of an appliance, and how far it is. */
export type Asking =
  | { step: "checking" | "working" | "done"; wish: Wish }
  | { step: "confirm"; wish: Wish; simulation: Simulation | null }
  | { step: "problem"; wish: Wish; problem: string };

/** What does not change from row to row. */
export interface Frame {
  hass: HomeAssistant;
  span: Span;
  /** Of the strips, in pixels. */
  width: number;
  /** Where the axis has its hours, in pixels. */
  ticks: number[];
  teller: Teller;
}

/** One row: as long as nothing of it changes, it is the same object. */
export interface Row {
  appliance: Appliance;
  slots: Slot[];
  drawing: Drawing;
}

export interface Card {
  /** The present time, in unix seconds; that of the frame is when its quarter-hour was drawn. */
  now(): number;
  /** Look at a quarter-hour of an appliance. */
  select(id: string, index: number, open: boolean): void;
  close(): void;
  /** Ask for something; what would come of it is shown first where that can be known. */
  ask(id: string, wish: Wish): void;
  confirm(id: string): void;
  cancel(id: string): void;
  key(event: KeyboardEvent, id: string): void;
}
