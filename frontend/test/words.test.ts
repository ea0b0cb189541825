import { describe, expect, test, vi } from "vitest";
import { clockOf, fetchWords, localizer, numbersOf, reasonText, type Word } from "../src/localize";
import en from "../src/words/en.json";
import fr from "../src/words/fr.json";
import { FakeConnection, home } from "./helpers";

const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();

test("each word is there in each language, with the same places", () => {
  expect(Object.keys(fr)).toEqual(Object.keys(en));
  for (const key of Object.keys(en) as Word[]) expect(places(fr[key]), key).toEqual(places(en[key]));
});

test("another language reads English, a variant its language", () => {
  expect(localizer("de")("start")).toBe(en.start);
  expect(localizer("fr-CA")("start")).toBe(fr.start);
  expect(localizer("en")("run", { start: "07:00", end: "$&" })).toBe("07:00 → $&");
});

test("a page that lost the words of the entities asks for them, once, and keeps what it got", async () => {
  const load = vi.fn(() => Promise.reject(new Error("not connected")));
  const hass = home(new FakeConnection(), { language: "nl", localize: () => "", loadBackendTranslation: load });
  const came = vi.fn();
  await fetchWords(hass, came);
  expect(came).not.toHaveBeenCalled();
  expect(reasonText(hass, "silent")).toBe("silent");
  const words = (key: string) => (key.endsWith(".reason.state.silent") ? "No answer" : "");
  load.mockImplementation((() => Promise.resolve(words)) as never);
  // Several cards on a page: each is told.
  const others = vi.fn();
  await Promise.all([fetchWords(hass, came), fetchWords(hass, others)]);
  await fetchWords(hass, came);
  expect(came).toHaveBeenCalledOnce();
  expect(others).toHaveBeenCalledOnce();
  expect(load.mock.calls).toEqual([
    ["entity", "elfe_commande"],
    ["entity", "elfe_commande"],
  ]);
  // However often the page loses them.
  expect(reasonText({ ...hass, localize: () => "" }, "silent")).toBe("No answer");
});

test("a page that has the words of the entities asks for nothing", async () => {
  const load = vi.fn(() => Promise.resolve(() => ""));
  await fetchWords(home(new FakeConnection(), { language: "sv", loadBackendTranslation: load }), load);
  expect(load).not.toHaveBeenCalled();
});

describe("times", () => {
  const at = Date.UTC(2026, 10, 30, 19, 5) / 1000;
  const clock = (time_format: string, time_zone = "server", language = "en") =>
    clockOf({ locale: { language, time_format, time_zone }, config: { time_zone: "America/New_York" } });

  test("are those of the home or of whoever looks, as they want to read them", () => {
    expect(clock("24").time(at)).toBe("14:05");
    expect(clock("12").time(at)).toMatch(/^2:05\sPM$/);
    expect(clock("language").time(at)).toMatch(/^2:05\sPM$/);
    expect(clock("language", "server", "fr").time(at)).toBe("14:05");
    expect(clock("24", "local").time(at)).toBe("20:05");
    expect(clock("12").input(at)).toBe("14:05");
  });

  test("differ from those of the home, or are the same in another zone", () => {
    expect([clock("24").isAbroad(at), clock("24", "local").isAbroad(at)]).toEqual([false, true]);
    const near = { locale: { language: "en", time_zone: "local" }, config: { time_zone: "Europe/Berlin" } };
    expect(clockOf(near).isAbroad(at)).toBe(false);
  });

  test("have their day where it is another", () => {
    expect(clock("24").moment(at, at + 60)).toBe("14:05");
    expect(clock("24").moment(at, at + 86400)).toBe("Mon 14:05");
    // Midnight is 00, not 24.
    expect(clock("24").time(at + 9 * 3600 + 55 * 60)).toBe("00:00");
  });
});

test("numbers are written as people chose, or as their language does", () => {
  const written = (language: string, number_format?: string) =>
    numbersOf({ language, ...(number_format && { number_format }) })(1234.5, 2).replace(/\s/g, " ");
  expect(written("en")).toBe("1,234.50");
  expect(written("fr")).toBe("1 234,50");
  expect(written("fr", "language")).toBe("1 234,50");
  expect(written("fr", "comma_decimal")).toBe("1,234.50");
  expect(written("en", "decimal_comma")).toBe("1.234,50");
  expect(written("en", "space_comma")).toBe("1 234,50");
  expect(written("fr", "none")).toBe("1234.50");
});
