// What is known of the appliances, kept up to date: asked anew whenever the connection comes back,
// and again and again while the integration is not there.

import type { Connection } from "./home-assistant";
import { DOMAIN, SLOT, entryOf, type Appliance, type Away, type Health, type Past, type PlanEvent } from "./types";

export interface Selection {
  config_entry_id?: string;
  home?: string;
  entity_ids?: string[];
  hours_back?: number;
}

/**
 * - `loading`: nothing was told yet;
 * - `ready`;
 * - `disconnected`: Home Assistant is away;
 * - `unavailable`: Home Assistant is there, the integration is not (yet);
 * - `refused`: this user may not;
 * - `failed`: in Home Assistant's own words, `problem`.
 */
export type FeedState =
  | "loading"
  | "ready"
  | "disconnected"
  | "unavailable"
  | "refused"
  | "failed";

/** Milliseconds. */
export const PAUSES = [1000, 2000, 5000, 10000];

export class Feed {
  /** By id; an appliance that changed is another object, one that did not is the same. */
  readonly appliances = new Map<string, Appliance>();
  /** Of the entries that are loaded. */
  health: Record<string, Health> = {};
  /** Those that are not. What was known of their appliances stays, unless somebody disabled them. */
  away: Record<string, Away> = {};
  state: FeedState = "loading";
  problem = "";
  /** When something was last heard, in unix seconds. */
  heardAt = 0;
  /** Milliseconds that Home Assistant's clock is ahead of this one. */
  ahead = 0;

  private tries = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private end: (() => Promise<void>) | undefined;
  /** Counts subscriptions: what an older one tells is not heard. */
  private turn = 0;

  constructor(
    private readonly connection: Connection,
    private readonly selection: Selection,
    /** Called after each change of anything above. */
    private readonly changed: () => void,
  ) {
    connection.addEventListener("ready", this.connected);
    connection.addEventListener("disconnected", this.disconnected);
    if (connection.connected) void this.subscribe();
    else this.state = "disconnected";
  }

  /** Return whether it hears of this, over this connection. */
  isOf(connection: Connection, selection: Selection): boolean {
    return connection === this.connection && JSON.stringify(selection) === JSON.stringify(this.selection);
  }

  /** Hear nothing more. */
  close(): void {
    this.connection.removeEventListener("ready", this.connected);
    this.connection.removeEventListener("disconnected", this.disconnected);
    this.forget();
  }

  /** Return Home Assistant's time, in unix seconds. */
  now(): number {
    return (Date.now() + this.ahead) / 1000;
  }

  private readonly connected = (): void => {
    this.tries = 0;
    void this.subscribe();
  };

  private readonly disconnected = (): void => {
    // With the connection went the subscription.
    this.end = undefined;
    this.forget();
    this.become("disconnected");
  };

  private forget(): void {
    this.turn++;
    clearTimeout(this.timer);
    const end = this.end;
    this.end = undefined;
    if (end) end().catch(() => undefined);
  }

  private async subscribe(): Promise<void> {
    this.forget();
    const turn = this.turn;
    try {
      const end = await this.connection.subscribeMessage<PlanEvent>(
        (event) => {
          if (turn === this.turn) this.heard(event);
        },
        { type: `${DOMAIN}/plan/subscribe`, ...this.selection },
        // The frontend's own way of doing it tells nobody when it does not succeed.
        { resubscribe: false },
      );
      if (turn === this.turn) this.end = end;
      else end().catch(() => undefined);
    } catch (error) {
      if (turn === this.turn) this.missed(error);
    }
  }

  private missed(error: unknown): void {
    const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
    if (!this.connection.connected) return this.become("disconnected");
    const pause = PAUSES[Math.min(this.tries++, PAUSES.length - 1)];
    this.timer = setTimeout(() => void this.subscribe(), pause);
    this.problem = typeof message === "string" ? message : String(code ?? error);
    if (code === "unknown_command") this.become("unavailable");
    else if (code === "unauthorized") this.become("refused");
    else this.become("failed");
  }

  private become(state: FeedState): void {
    this.state = state;
    this.changed();
  }

  private heard(event: PlanEvent): void {
    this.tries = 0;
    clearTimeout(this.timer);
    if (event.health) this.health = event.health;
    if (event.away) {
      this.away = event.away;
      this.leave(event.type === "all");
    }
    if (event.type === "all") {
      if (event.now !== null) this.ahead = event.now * 1000 - Date.now();
      for (const each of event.equipments) this.appliances.set(each.id, each);
    } else {
      for (const each of event.equipments)
        this.appliances.set(each.id, followed(this.appliances.get(each.id), each, this.now()));
      for (const id of event.removed) this.appliances.delete(id);
    }
    this.heardAt = this.now();
    this.become("ready");
  }

  /** Let go of the appliances of entries that are gone or disabled, and of those that are told anew. */
  private leave(anew: boolean): void {
    for (const [id, each] of this.appliances) {
      const entry = entryOf(each);
      const state = this.away[entry]?.state;
      if ((state === undefined && (anew || !(entry in this.health))) || state === "disabled")
        this.appliances.delete(id);
    }
  }
}

/** Longest past that anybody asked for, in seconds. */
const LONGEST_PAST = 49 * 3600;

/** Return an appliance as it is now, with the past that was known before and what is new of it. */
export function followed(before: Appliance | undefined, after: Appliance, now: number): Appliance {
  if (!before?.past?.length) return after;
  if (!after.past?.length) return { ...after, past: before.past };
  const replaced = new Set(after.past.map((row) => row.at));
  const past = before.past.filter((row) => !replaced.has(row.at) && row.until > now - LONGEST_PAST);
  past.push(...after.past);
  past.sort((a: Past, b: Past) => a.at - b.at);
  return { ...after, past };
}

/** Return when the quarter-hour began in which a time lies. */
export function slotStart(at: number): number {
  return Math.floor(at / SLOT) * SLOT;
}
