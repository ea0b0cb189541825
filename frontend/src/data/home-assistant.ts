// What of Home Assistant's frontend is used here, and no more.

export interface Entity {
  entity_id: string;
  state: string;
  attributes: Record<string, unknown> & { friendly_name?: string };
}

export interface EntityEntry {
  entity_id: string;
  platform?: string;
  translation_key?: string;
  device_id?: string | null;
  area_id?: string | null;
}

export interface Device {
  id: string;
  area_id?: string | null;
}

export interface Connection {
  readonly connected: boolean;
  subscribeMessage<T>(
    told: (message: T) => void,
    message: { type: string; [field: string]: unknown },
    options?: { resubscribe?: boolean },
  ): Promise<() => Promise<void>>;
  addEventListener(event: "ready" | "disconnected", told: () => void): void;
  removeEventListener(event: "ready" | "disconnected", told: () => void): void;
}

export interface HomeAssistant {
  connection: Connection;
  language: string;
  locale: { language: string; time_format?: string; time_zone?: string; number_format?: string };
  config: { time_zone: string; state?: string };
  user?: { is_admin: boolean; name: string };
  states: Record<string, Entity | undefined>;
  entities: Record<string, EntityEntry | undefined>;
  devices: Record<string, Device | undefined>;
  areas: Record<string, { area_id: string; name: string } | undefined>;
  themes?: { darkMode?: boolean };
  localize(key: string, values?: Record<string, unknown>): string;
  loadBackendTranslation(
    category: string,
    integration: string,
  ): Promise<(key: string, values?: Record<string, unknown>) => string>;
  callWS<T>(message: { type: string; [field: string]: unknown }): Promise<T>;
  callService(
    domain: string,
    service: string,
    data?: Record<string, unknown>,
    target?: { entity_id?: string | string[] },
    notifyOnError?: boolean,
    returnResponse?: boolean,
  ): Promise<{ response?: unknown }>;
}
