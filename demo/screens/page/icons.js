// Drawings of 24 by 24, in lines.

const SHAPES = {
  dishwasher: "M5 3h14v18H5z M5 7.5h14 M8 5.3h3 M16 5.3h.01 M8 18h8 M9 18v-6 M12 18v-6 M15 18v-6 M9 12a1.5 1.5 0 0 1 3 0a1.5 1.5 0 0 1 3 0",
  washing_machine: "M5 3h14v18H5z M5 7.5h14 M8 5.3h3 M16 5.3h.01 M12 10a4.2 4.2 0 1 0 .01 0z M8 14.6q2 -1.4 4 0t4 0",
  dryer: "M5 3h14v18H5z M5 7.5h14 M8 5.3h3 M16 5.3h.01 M9 11q1.4 1.6 0 3.4t0 3.4 M12 11q1.4 1.6 0 3.4t0 3.4 M15 11q1.4 1.6 0 3.4t0 3.4",
  car: "M3.5 17v-4.5l1.7-1l2-4.5h9.6l2 4.5l1.7 1V17z M5.2 11.5h13.6 M6 17v2h2v-2 M16 17v2h2v-2 M7 14.3h1.5 M15.5 14.3H17",
  water_heater: "M7 6a5 3.2 0 0 1 10 0v11a5 3.2 0 0 1 -10 0z M12 8.5c2.2 2.7 2.8 3.7 2.8 5a2.8 2.8 0 0 1 -5.6 0c0-1.3 .6-2.3 2.8-5z M10 20.3V22 M14 20.3V22",
  heater: "M4 8.5h16 M4 17.5h16 M6 6.5v13 M10 6.5v13 M14 6.5v13 M18 6.5v13 M8 4q1-1 0-2 M12 4q1-1 0-2 M16 4q1-1 0-2",
  status: "M5 5h5v5H5z M14 5h5v5h-5z M5 14h5v5H5z M14 14h5v5h-5z",
  connection: "M3.5 9.5a12 12 0 0 1 17 0 M6.5 13a7.8 7.8 0 0 1 11 0 M9.4 16.3a3.7 3.7 0 0 1 5.2 0 M12 19.2h.01",
  power: "M12 3v8.5 M7.2 6.2a7.4 7.4 0 1 0 9.6 0",
};

export function icon(name) {
  const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  drawing.setAttribute("viewBox", "0 0 24 24");
  drawing.setAttribute("aria-hidden", "true");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("d", SHAPES[name]);
  drawing.append(line);
  return drawing;
}
