// The words of dashboards that write themselves; names of entities are Home Assistant's own.

import type { Away } from "../data/types";
import { localizer } from "../localize";

const en = {
  name: "ELFE Commande",
  description: "Writes itself from what there is: homes with their plans, sun, meters, UPS, rules, screens.",
  section_name: "Plan of a home",
  section_description: "The appliances of a home with their plan, and one tap to take over.",
  view: "Appliances",
  home: "Home {home}",
  appliances: "Appliances",
  planner: "Plan and cost",
  plan_sources: "Where plans come from",
  power: "Power",
  rules: "Surplus rules",
  screens: "Wall screens",
  panels: "Panels",
  health: "Health",
  health_of: "Health of {entry}",
  record: "What happened",
  absent:
    "ELFE Commande does not run in this Home Assistant at the moment. This page writes itself as soon as it does.",
  empty:
    "There is no appliance yet, or you may not see any. Appliances are added in *Settings → Devices & services → ELFE Commande*.",
};

export type BoardWord = keyof typeof en;
/** What the card says, too. */
type CardWord = `away_${Away["state"]}`;

const fr: Record<BoardWord, string> = {
  name: "ELFE Commande",
  description:
    "S’écrit de lui-même d’après ce qui existe\u00a0: foyers et leurs plans, soleil, compteurs, onduleur, règles, écrans.",
  section_name: "Plan d’un foyer",
  section_description: "Les appareils d’un foyer avec leur plan, et un geste pour reprendre la main.",
  view: "Appareils",
  home: "Foyer {home}",
  appliances: "Appareils",
  planner: "Plan et coût",
  plan_sources: "D’où viennent les plans",
  power: "Puissance",
  rules: "Règles de surplus",
  screens: "Écrans muraux",
  panels: "Panneaux",
  health: "État de marche",
  health_of: "État de marche de {entry}",
  record: "Ce qui s’est passé",
  absent:
    "ELFE Commande ne fonctionne pas dans ce Home Assistant en ce moment. Cette page s’écrira d’elle-même dès qu’il fonctionnera.",
  empty:
    "Il n’y a pas encore d’appareil, ou vous ne pouvez en voir aucun. On en ajoute dans *Paramètres → Appareils et services → ELFE Commande*.",
};

const LANGUAGES: Record<string, Record<BoardWord, string>> = { en, fr };

export type Say = (word: BoardWord | CardWord, values?: Record<string, string>) => string;

/** Return what finds a word in a language, English where there is none. */
export function saying(language: string): Say {
  const words: Partial<Record<string, string>> = LANGUAGES[language.split("-")[0] ?? ""] ?? en;
  const card = localizer(language);
  return (word, values) =>
    words[word]?.replace(/\{(\w+)\}/g, (place, name: string) => values?.[name] ?? place) ?? card(word as CardWord, values);
}
