import { expect, test } from "vitest";
import { define, offerCard, offerStrategy } from "../src/register";

test("an element is defined once, and again in a registry that comes later", async () => {
  class Early extends HTMLElement {}
  const before = window.customElements;
  define("elfe-early", Early);
  expect(before.get("elfe-early")).toBe(Early);
  define("elfe-early", class extends HTMLElement {});
  expect(before.get("elfe-early")).toBe(Early);

  const known = new Map<string, CustomElementConstructor>();
  const later = {
    get: (name: string) => known.get(name),
    define: (name: string, element: CustomElementConstructor) => known.set(name, element),
  };
  replaceRegistry(later);
  class Frontend extends HTMLElement {}
  before.define("home-assistant", Frontend);
  await before.whenDefined("home-assistant");
  await Promise.resolve();
  expect(known.has("elfe-early")).toBe(true);
  replaceRegistry(before);
});

test("what is offered is offered once, whatever is there already", () => {
  window.customCards = [{ type: "another", name: "", description: "" }];
  for (let times = 0; times < 2; times++)
    offerCard({ type: "elfe-plan-card", name: "Plan", description: "" });
  expect(window.customCards.map((each) => each.type)).toEqual(["another", "elfe-plan-card"]);
  offerStrategy({ type: "elfe", strategyType: "dashboard", name: "" });
  offerStrategy({ type: "elfe", strategyType: "section", name: "" });
  expect(window.customStrategies).toHaveLength(2);
});

function replaceRegistry(registry: unknown): void {
  Object.defineProperty(window, "customElements", { value: registry, configurable: true });
  Object.defineProperty(globalThis, "customElements", { value: registry, configurable: true });
}
