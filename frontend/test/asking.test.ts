import { expect, test, vi } from "vitest";
import { all, all_, card, connection, hass, one, open, press, settled, strip, text, told } from "./card-page";
import { PRESENT, appliance } from "./helpers";

test("the switch shows the wish at once, and what went wrong in words", async () => {
  let answer: (error?: unknown) => void = () => undefined;
  hass.callService = (domain, service, data, target) => {
    hass.called.push({ domain, service, data, target });
    return new Promise((resolve, reject) => {
      answer = (error) => (error ? reject(error as Error) : resolve({}));
    });
  };
  await open();
  await told();
  const pilot = () => one<HTMLButtonElement>('[data-id="entry_1"] .pilot');
  expect(pilot().getAttribute("aria-checked")).toBe("true");
  expect(pilot().getAttribute("aria-label")).toBe("Ballon: follow the plan");
  pilot().click();
  await settled();
  expect(pilot().getAttribute("aria-checked")).toBe("false");
  expect(hass.called).toEqual([
    { domain: "switch", service: "turn_off", data: {}, target: { entity_id: "switch.ballon_follow_the_plan" } },
  ]);
  answer({ code: "home_assistant_error", message: "The device did not answer" });
  await settled();
  expect(pilot().getAttribute("aria-checked")).toBe("true");
  expect(text('[role="alert"]')).toBe("The device did not answer");
  pilot().click();
  await settled();
  answer();
  await settled();
  expect(text('[role="status"]')).toBe("Done.");
});

test("who changes their mind before the device has answered is heard, and told of that alone", async () => {
  const answers: ((error?: unknown) => void)[] = [];
  hass.callService = (domain, service, data, target) => {
    hass.called.push({ domain, service, data, target });
    return new Promise((resolve, reject) => {
      answers.push((error) => (error ? reject(error as Error) : resolve({})));
    });
  };
  await open();
  await told();
  const pilot = () => one<HTMLButtonElement>('[data-id="entry_1"] .pilot');
  pilot().click();
  await settled();
  pilot().click();
  await settled();
  expect(hass.called.map(({ service }) => service)).toEqual(["turn_off", "turn_on"]);
  expect(pilot().getAttribute("aria-checked")).toBe("true");
  answers[0]!({ code: "home_assistant_error", message: "The device did not answer" });
  await settled();
  expect(one('[role="alert"]')).toBeNull();
  answers[1]!();
  await settled();
  expect(text('[role="status"]')).toBe("Done.");
});

test("what is under way is not asked twice by its button, and another button is the newer word", async () => {
  hass.callService = (domain, service, data, target) => {
    hass.called.push({ domain, service, data, target });
    return new Promise(() => undefined);
  };
  await open();
  await told();
  await press("Radiateur", "Enter");
  const button = (name: string) => all_<HTMLButtonElement>(".do").find((each) => each.textContent?.includes(name))!;
  button("Keep off").click();
  await settled();
  expect(button("Keep off").disabled).toBe(true);
  expect(text(".asked")).toBe("Asked; waiting for the appliance…");
  button("Take over").click();
  await settled();
  expect(hass.called.map(({ service, data }) => [service, data])).toEqual([
    ["set_mode", { mode: "forced_off" }],
    ["turn_off", {}],
  ]);
  expect(button("Keep off").disabled).toBe(false);
});

test("what would happen is shown before it is confirmed", async () => {
  hass.callWS = <T>() =>
    Promise.resolve({
      now: 0,
      start: 1796007600,
      slots: "1111",
      ready_at: 1796011200,
      late: false,
      notes: [{ key: "duration", text: "As long as its cycle." }],
    } as T);
  await open();
  await told();
  await press("Ballon", "Enter");
  one(".do").click();
  await settled();
  expect(hass.called).toEqual([]);
  expect(text(".would")).toBe("It would be: 04:00 → 05:00");
  expect(text(".note")).toBe("As long as its cycle.");
  expect(one("path.preview")).not.toBeNull();
  all_(".confirm .do")[1]!.click();
  await settled();
  expect(one(".confirm")).toBeNull();
  one(".do").click();
  await settled();
  one(".confirm .main").click();
  await settled();
  expect(hass.called.map((each) => each.service)).toEqual(["run_typology"]);
});

test("what is confirmed once nobody hears it is not asked, and that is said", async () => {
  const simulation = { now: 0, start: 1796007600, slots: "1", ready_at: null, late: false, notes: [] };
  hass.callWS = <T>() => Promise.resolve(simulation as T);
  await open();
  await told();
  await press("Ballon", "Enter");
  one(".do").click();
  await settled();
  connection.lose();
  await settled();
  one(".confirm .main").click();
  await settled();
  expect(hass.called).toEqual([]);
  expect(text(".problem")).toContain("Connection lost");
});

test("a quarter-hour that is looked at stays the same one while time goes on", async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: (PRESENT + 60) * 1000 });
  await open();
  connection.tell({ ...all, now: PRESENT + 60, equipments: [appliance()] });
  await settled();
  const range = () => strip("One").getAttribute("aria-valuetext")!.split(",")[0];
  const later = async (seconds: number) => {
    vi.setSystemTime((PRESENT + seconds) * 1000);
    card.requestUpdate();
    await settled();
  };
  // Nobody looks at one: it is the present one.
  expect(range()).toBe("04:00 to 04:15");
  await later(900);
  expect(range()).toBe("04:15 to 04:30");
  await press("One", "ArrowRight", "ArrowRight", "Enter");
  expect(range()).toBe("04:45 to 05:00");
  await later(1800);
  expect(range()).toBe("04:45 to 05:00");
  // What has left the axis is the first that is there.
  await press("One", "Home");
  const first = range();
  await later(2700);
  expect(range()).not.toBe(first);
});

test("where nobody can tell what would happen, it is done", async () => {
  await open();
  await told();
  await press("Ballon", "Enter");
  one(".do").click();
  await settled();
  expect(hass.called.map((each) => each.service)).toEqual(["run_typology"]);
});

test("a wished end is a moment, whatever the zone", async () => {
  await open();
  await told();
  await press("Ballon", "ArrowDown");
  await press("Lave-linge", "Enter");
  one<HTMLInputElement>(".deadline input").value = "07:00";
  one(".deadline").dispatchEvent(new SubmitEvent("submit", { bubbles: true, cancelable: true }));
  await settled();
  expect(hass.called.at(-1)).toMatchObject({ service: "set_deadline", data: { datetime: "2026-11-30T06:00:00.000Z" } });
});

test("a wished end that has passed in this quarter-hour is tomorrow's", async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: PRESENT * 1000 });
  await open();
  connection.tell({ ...all, now: PRESENT, equipments: [appliance({ can: ["deadline"] })] });
  await settled();
  one(".about").click();
  await settled();
  vi.setSystemTime((PRESENT + 13 * 60) * 1000);
  const ask = vi.spyOn(card, "ask");
  // 04:06 in Paris, at 04:13.
  one<HTMLInputElement>(".deadline input").value = "04:06";
  one("form.deadline").dispatchEvent(new Event("submit", { cancelable: true }));
  expect(ask).toHaveBeenCalledWith("entry_1", { what: "deadline", at: PRESENT + 6 * 60 + 24 * 3600 });
});
