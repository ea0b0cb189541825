// A roller of a plate: drag it, turn the mouse wheel over it, click a row, or use the arrow keys.

const STILL = 4; // pixels a finger may move and still click
const REST = 400; // milliseconds without a turn after which a row is chosen

export class Roller {
  #rows;
  #choose;
  #shown = null; // the row that is drawn, null before there is any
  #at = 0; // where it stands now, in rows
  #drag = null;
  #resting = null;

  constructor(name, rows, choose) {
    this.#rows = rows;
    this.#choose = choose;
    this.element = document.createElement("div");
    this.element.className = "roller";
    this.element.tabIndex = 0;
    this.element.setAttribute("role", "spinbutton");
    this.element.setAttribute("aria-label", name);
    this.element.setAttribute("aria-valuemin", 0);
    this.element.setAttribute("aria-valuemax", rows.length - 1);
    this.strip = document.createElement("div");
    this.strip.className = "strip";
    for (const row of rows) {
      const line = document.createElement("div");
      line.textContent = row;
      this.strip.append(line);
    }
    this.element.append(this.strip);
    this.#listen();
    this.#stand(0);
  }

  show(row, touched) {
    this.element.classList.toggle("touched", touched);
    this.element.classList.toggle("empty", row === undefined);
    this.#shown = row ?? null;
    if (!this.#busy) this.#stand(row ?? 0);
  }

  get #busy() {
    return this.#drag !== null || this.#resting !== null;
  }

  #stand(at) {
    this.#at = Math.min(Math.max(at, 0), this.#rows.length - 1);
    this.strip.style.setProperty("--at", this.#at);
    const nearest = Math.round(this.#at);
    [...this.strip.children].forEach((line, row) => {
      line.classList.toggle("chosen", row === nearest);
    });
    this.element.setAttribute("aria-valuenow", nearest);
    this.element.setAttribute("aria-valuetext", this.#rows[nearest]);
  }

  #settle() {
    clearTimeout(this.#resting);
    this.#resting = null;
    const row = Math.round(this.#at);
    this.#stand(row);
    if (row !== this.#shown) this.#choose(row);
  }

  #turn(by) {
    this.#stand(Math.round(this.#at) + by);
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => this.#settle(), REST);
  }

  get #rowHeight() {
    return this.strip.firstElementChild.getBoundingClientRect().height;
  }

  #listen() {
    const { element } = this;
    element.addEventListener("pointerdown", (event) => {
      element.setPointerCapture(event.pointerId);
      this.#drag = { y: event.clientY, at: this.#at, moved: false };
      element.classList.add("dragged");
    });
    element.addEventListener("pointermove", (event) => {
      const drag = this.#drag;
      if (drag === null) return;
      const by = event.clientY - drag.y;
      drag.moved ||= Math.abs(by) > STILL;
      if (drag.moved) this.#stand(drag.at - by / this.#rowHeight);
    });
    const release = (event) => {
      const drag = this.#drag;
      if (drag === null) return;
      this.#drag = null;
      element.classList.remove("dragged");
      if (event.type === "pointerup" && !drag.moved) {
        const box = element.getBoundingClientRect();
        const away = event.clientY - (box.top + box.height / 2);
        this.#stand(Math.round(this.#at) + Math.round(away / this.#rowHeight));
      }
      this.#settle();
    };
    element.addEventListener("pointerup", release);
    element.addEventListener("pointercancel", release);
    element.addEventListener(
      "wheel",
      (event) => {
        event.preventDefault();
        this.#turn(Math.sign(event.deltaY));
      },
      { passive: false },
    );
    element.addEventListener("keydown", (event) => {
      const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 4, PageUp: -4 }[event.key];
      if (by === undefined) return;
      event.preventDefault();
      this.#turn(by);
    });
  }
}
