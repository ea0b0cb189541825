// Words in the language of whoever looks; times as they want to read them.
//
// The words of the cards are bundled, so that a card says why it is empty while Home Assistant starts,
// and has a name in the picker. Reasons and sources are those of the entities' translations, which
// the frontend has loaded.

import type { HomeAssistant } from "./data/home-assistant";
import { DOMAIN } from "./data/types";
import en from "./words/en.json";
import fr from "./words/fr.json";

export type Word = keyof typeof en;
export type Localize = (word: Word, values?: Record<string, string | number>) => string;

const LANGUAGES: Record<string, Record<Word, string>> = { en, fr };

function table(language: string): Record<Word, string> {
  return LANGUAGES[language.split("-")[0] ?? ""] ?? en;
}

/** Return what finds a word of ours in a language, English where there is none. */
export function localizer(language: string): Localize {
  const words = table(language);
  return (word, values) =>
    words[word].replace(/\{(\w+)\}/g, (place, name: string) => String(values?.[name] ?? place));
}

/** Return the language of the page: it is known before anything else is. */
export function pageLanguage(): string {
  return document.documentElement.lang || navigator.language;
}

const coming = new Map<string, Promise<unknown>>();
const found = new Map<string, HomeAssistant["localize"]>();

/** Return a text of the entities' translations, nothing where there is none. */
export function entityWord(hass: HomeAssistant, key: string): string {
  const name = `component.${DOMAIN}.entity.${key}`;
  return hass.localize(name) || found.get(hass.language)?.(name) || "";
}

/**
 * Ask for the entities' translations where the page has none of them; call `came` once they are there.
 *
 * While a page is opened, the frontend loads several lists of words at once, and the one that is ready
 * last may be all that is left. All cards of a page share one question.
 */
export async function fetchWords(hass: HomeAssistant, came: () => void): Promise<void> {
  const { language } = hass;
  if (reasonText(hass, "silent") !== "silent") return;
  try {
    if (!coming.has(language))
      coming.set(
        language,
        hass.loadBackendTranslation("entity", DOMAIN).then((words) => found.set(language, words)),
      );
    await coming.get(language);
  } catch {
    coming.delete(language);
    return;
  }
  came();
}

const DECISION = "sensor.decision.state_attributes";

/** Return what a reason says, its key where nobody translated it. */
export function reasonText(hass: HomeAssistant, reason: string): string {
  return entityWord(hass, `${DECISION}.reason.state.${reason}`) || reason;
}

/** Return who decided, by the key of the source. */
export function sourceText(hass: HomeAssistant, source: string): string {
  return entityWord(hass, `${DECISION}.source.state.${source}`) || source;
}

/** What sentences are made of. */
export interface Teller {
  word: Localize;
  /** A number with so many decimals, as whoever looks writes it. */
  number: (value: number, decimals: number) => string;
  reason: (key: string) => string;
  source: (key: string) => string;
  clock: Clock;
  now: number;
}

/** Languages that write numbers as people may have chosen to; `system` is whatever the browser has. */
const NUMBERS: Record<string, string | undefined> = {
  comma_decimal: "en",
  decimal_comma: "de",
  space_comma: "fr",
  quote_decimal: "de-CH",
  none: "en",
  system: undefined,
};

/** Return what writes numbers as a user wants to read them. */
export function numbersOf({ language, number_format: chosen }: HomeAssistant["locale"]): Teller["number"] {
  const tongue = chosen !== undefined && chosen in NUMBERS ? NUMBERS[chosen] : language;
  return (value, decimals) =>
    new Intl.NumberFormat(tongue, {
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
      useGrouping: chosen !== "none",
    }).format(value);
}

/** Return what sentences are made of, for whoever looks. */
export function tellerOf(hass: HomeAssistant, now: number): Teller {
  return {
    word: localizer(hass.locale.language || hass.language),
    clock: clockOf(hass),
    number: numbersOf(hass.locale),
    now,
    reason: (key) => reasonText(hass, key),
    source: (key) => sourceText(hass, key),
  };
}

const REMEMBERED = 1000;

export interface Clock {
  /** A time of the day: 07:00. */
  time(at: number): string;
  /** A time with its day where that is not today's. */
  moment(at: number, now: number): string;
  /** A day's name, short. */
  day(at: number): string;
  /** Hour and minute of the day. */
  parts(at: number): { hour: number; minute: number };
  /** Hour only, as an axis has it. */
  hour(at: number): string;
  /** For the value of an input: 07:00, whatever the language. */
  input(at: number): string;
  /** Whether clocks at home show another time then. */
  isAbroad(at: number): boolean;
}

/** Return what tells times as a user wants to read them, in their own zone or in the home's. */
export function clockOf(hass: Pick<HomeAssistant, "locale" | "config">): Clock {
  const { locale, config } = hass;
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const timeZone =
    locale.time_zone === "server" || (locale.time_zone && own === "UTC") ? config.time_zone : own;
  const language = locale.language;
  const chosen = locale.time_format;
  const hour12 =
    chosen === "12"
      ? true
      : chosen === "24"
        ? false
        : new Intl.DateTimeFormat(chosen === "system" ? undefined : language, {
            hour: "numeric",
          }).resolvedOptions().hour12;
  // Strips have few times and many appliances: each is told once.
  const format = (options: Intl.DateTimeFormatOptions, tongue: string = language, zone = timeZone) => {
    const formatter = new Intl.DateTimeFormat(tongue, { timeZone: zone, ...options });
    const told = new Map<number, string>();
    return (at: number) => {
      let text = told.get(at);
      if (text === undefined) {
        if (told.size > REMEMBERED) told.clear();
        told.set(at, (text = formatter.format(at * 1000)));
      }
      return text;
    };
  };
  const cycle: Intl.DateTimeFormatOptions = hour12 ? { hour12: true } : { hourCycle: "h23" };
  const time = format({ hour: hour12 ? "numeric" : "2-digit", minute: "2-digit", ...cycle });
  const day = format({ weekday: "short" });
  const date = format({ year: "numeric", month: "2-digit", day: "2-digit" });
  const plain: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const input = format(plain, "en-GB");
  const atHome = format(plain, "en-GB", config.time_zone);
  const hour = hour12 ? format({ hour: "numeric", hour12: true }) : (at: number) => input(at).slice(0, 2);
  return {
    time,
    day,
    hour,
    input,
    isAbroad: (at) => input(at) !== atHome(at),
    moment: (at, now) => (date(at) === date(now) ? time(at) : `${day(at)} ${time(at)}`),
    parts: (at) => {
      const [h, m] = input(at).split(":");
      return { hour: Number(h), minute: Number(m) };
    },
  };
}
