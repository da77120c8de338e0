// The console's script: replaces what changed, shows values of charts, and moves in lists with keys. Every page can be read
// without it.
"use strict";

(() => {
  // The parts of the page as the server sent them. The page itself changes: boxes are checked, charts get a cursor.
  const sent = new WeakMap();
  const parts = (page) => [...page.querySelectorAll("[data-live][id]")];
  const channel = new BroadcastChannel("tunedrop");
  let isRunning = false;
  let isAgain = false;

  // What finds an element again in the new part.
  function name(element) {
    if (element.id) return `#${CSS.escape(element.id)}`;
    const tag = element.tagName.toLowerCase();
    const keys = ["href", "name", "value"].filter((key) => element.hasAttribute(key));
    return tag + keys.map((key) => `[${key}="${CSS.escape(element.getAttribute(key))}"]`).join("");
  }

  function replace(part, next) {
    const focused = part.contains(document.activeElement) ? name(document.activeElement) : null;
    const checked = [...part.querySelectorAll("input:checked")].map(name);
    const chosen = [...part.querySelectorAll("select")].map((select) => [name(select), select.value]);
    part.replaceWith(next);
    for (const box of checked.map((one) => next.querySelector(one))) if (box) box.checked = true;
    for (const [one, value] of chosen) {
      const select = next.querySelector(one);
      if (select) select.value = value;
    }
    enhance(next);
    // A link to other steps may be gone, because they are shown now.
    const again = focused && (next.querySelector(focused) ?? (focused.startsWith("#zoom-") ? next.querySelector("#stage-1") : null));
    again?.focus({ preventScroll: true });
  }

  function take(page) {
    const first = () => document.querySelector("#activity li");
    const before = first()?.textContent;
    for (const part of parts(document)) {
      const next = page.getElementById(part.id);
      if (!next) continue;
      const html = next.outerHTML;
      if (sent.get(part) === html) continue;
      const node = document.importNode(next, true);
      sent.set(node, html);
      replace(part, node);
    }
    const now = first();
    const said = document.getElementById("said");
    if (said && now && now.textContent !== before) said.textContent = now.querySelector("span").textContent;
  }

  function notify(text) {
    const notice = document.getElementById("notice");
    if (!notice) return;
    const line = document.createElement("p");
    line.className = "notice";
    line.setAttribute("role", "alert");
    line.textContent = text;
    notice.replaceChildren(line);
    sent.set(notice, "");
  }

  // Asks for this page again, and replaces the parts that changed.
  async function refresh() {
    if (document.hidden || isRunning) {
      isAgain = true;
      return;
    }
    isRunning = true;
    isAgain = false;
    try {
      const answer = await fetch(location.href.split("#")[0], { headers: { accept: "text/html" } });
      if (answer.ok) take(new DOMParser().parseFromString(await answer.text(), "text/html"));
      else if (answer.status === 403) notify("This browser can't use the console any more. Run tunedrop ui again.");
    } catch {
      lost();
    }
    isRunning = false;
    if (isAgain && !document.hidden) refresh();
  }

  function lost() {
    notify("The console has ended, or doesn't answer. Run tunedrop ui again.");
  }

  // A browser opens six connections to a host. So one tab listens, and tells the others.
  function listen() {
    let wasLost = false;
    const events = new EventSource("/live");
    const tell = (what) => {
      channel.postMessage(what);
      hear(what);
    };
    events.onmessage = () => {
      wasLost = false;
      tell("changed");
    };
    events.onerror = () => {
      if (!wasLost) tell("lost");
      wasLost = true;
    };
  }

  function hear(what) {
    if (what === "lost") lost();
    else refresh();
  }

  // Shows other steps of the charts. The address has them, so a bookmark keeps them, and the back button undoes it.
  function zoom(address) {
    history.pushState(null, "", address);
    refresh();
  }

  function span(from, to) {
    const address = new URL(location.href);
    address.searchParams.set("from", Math.round(from));
    address.searchParams.set("to", Math.round(to));
    zoom(address.href);
  }

  // Colors of lines in the order of the runs. The lines of a chart of one run are training and validation.
  const COLORS = ["#1F6FD6", "#C2410C", "#0F766E", "#9D174D", "#6D28D9", "#52525B"];
  const PLOTS = { wide: [64, 10, 780, 318], narrow: [64, 10, 340, 238] };

  function chart(figure) {
    const pair = (text) => text.split(" ").map(Number);
    const [steps, losses] = [pair(figure.dataset.steps), pair(figure.dataset.losses)];
    const names = figure.dataset.names.split("|");
    const readout = document.createElement("p");
    readout.className = "readout";
    readout.textContent = "Point at the chart, or use the arrow keys, to read values. Drag, or press + and -, to zoom.";
    figure.append(readout);
    const stage = document.createElement("div");
    stage.id = `stage-${[...document.querySelectorAll("figure.chart")].indexOf(figure) + 1}`;
    stage.className = "stage";
    stage.tabIndex = 0;
    stage.setAttribute("role", "group");
    stage.setAttribute("aria-label", "Chart. The arrow keys read its values, + and - zoom, and 0 shows all steps.");
    stage.append(...figure.querySelectorAll("svg"));
    figure.prepend(stage);
    const drawings = [...figure.querySelectorAll("svg")].map((svg) => {
      const [left, top, right, bottom] = PLOTS[svg.classList.contains("narrow") ? "narrow" : "wide"];
      const step = (x) => steps[0] + ((x - left) / (right - left)) * (steps[1] - steps[0]);
      const loss = (y) => losses[1] - ((y - top) / (bottom - top)) * (losses[1] - losses[0]);
      const lines = [...svg.querySelectorAll("polyline")].flatMap((line) => {
        const color = line.getAttribute("stroke").toUpperCase();
        const at = color === "#B54708" ? names.indexOf("validation") : COLORS.indexOf(color);
        const points = line.getAttribute("points").trim().split(" ").filter(Boolean).map((one) => one.split(",").map(Number));
        return at < 0 || !points.length ? [] : [{ name: names[at], points: points.map(([x, y]) => [step(x), loss(y), x]) }];
      });
      const cursor = document.createElementNS("http://www.w3.org/2000/svg", "line");
      cursor.setAttribute("class", "cursor");
      for (const [key, value] of [["y1", top], ["y2", bottom], ["x1", -9], ["x2", -9]]) cursor.setAttribute(key, value);
      const chosen = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      chosen.setAttribute("class", "chosen");
      for (const [key, value] of [["y", top], ["height", bottom - top], ["x", left], ["width", 0]]) chosen.setAttribute(key, value);
      svg.append(chosen, cursor);
      return { svg, lines, cursor, chosen, left, right, step };
    });
    const all = [...new Set(drawings[0]?.lines.flatMap((line) => line.points.map((point) => Math.round(point[0]))))].sort((a, b) => a - b);
    let at = -1;

    function show(wanted) {
      const texts = new Map();
      for (const { lines, cursor } of drawings) {
        for (const line of lines) {
          const near = line.points.reduce((best, one) => (Math.abs(one[0] - wanted) < Math.abs(best[0] - wanted) ? one : best));
          texts.set(line.name, near[1]);
          for (const key of ["x1", "x2"]) cursor.setAttribute(key, near[2]);
        }
      }
      const values = [...texts].map(([one, value]) => `${one} ${value.toFixed(3)}`);
      readout.textContent = `step ${Math.round(wanted)}: ${values.join(", ")}`;
    }

    for (const { svg, chosen, step, left, right } of drawings) {
      // Where dragging began.
      let start = null;
      const place = (event) => {
        const box = svg.getBoundingClientRect();
        return Math.min(Math.max(((event.clientX - box.left) / box.width) * svg.viewBox.baseVal.width, left), right);
      };
      const choose = (a, b) => {
        chosen.setAttribute("x", Math.min(a, b));
        chosen.setAttribute("width", Math.abs(a - b));
      };
      svg.addEventListener("pointerdown", (event) => {
        if (event.button) return;
        start = place(event);
        svg.setPointerCapture(event.pointerId);
      });
      svg.addEventListener("pointermove", (event) => {
        const x = place(event);
        show(step(x));
        if (start !== null) choose(start, x);
      });
      svg.addEventListener("pointerup", (event) => {
        const [a, b] = [start, place(event)];
        start = null;
        // Less is a click.
        if (a !== null && Math.abs(a - b) > 8) span(step(Math.min(a, b)), step(Math.max(a, b)));
        else choose(left, left);
      });
      svg.addEventListener("pointercancel", () => {
        start = null;
        choose(left, left);
      });
    }
    // Half of the steps around the value that is read, or the links below the chart.
    const zooms = {
      "+": () => {
        const [middle, half] = [at < 0 ? (steps[0] + steps[1]) / 2 : all[at], (steps[1] - steps[0]) / 4];
        if (all.length > 3) span(Math.max(middle - half, steps[0]), Math.min(middle + half, steps[1]));
      },
      "-": () => document.getElementById("zoom-out")?.click(),
      "0": () => document.getElementById("zoom-all")?.click(),
    };
    zooms["="] = zooms["+"];
    stage.addEventListener("keydown", (event) => {
      if (!zooms[event.key] || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      zooms[event.key]();
    });
    stage.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity }[event.key];
      if (!by || !all.length) return;
      event.preventDefault();
      at = Math.min(Math.max(at + by, 0), all.length - 1);
      readout.setAttribute("aria-live", "polite");
      show(all[at]);
    });
  }

  // Up, down, j and k move between the rows of a list, x checks a row, and Enter opens it. Only while the list has the focus.
  function rows(table) {
    table.addEventListener("keydown", (event) => {
      const row = event.target.closest("tbody tr");
      if (!row || event.altKey || event.ctrlKey || event.metaKey) return;
      const next = { ArrowDown: "nextElementSibling", j: "nextElementSibling", ArrowUp: "previousElementSibling", k: "previousElementSibling" }[event.key];
      if (next) {
        row[next]?.querySelector("th a")?.focus();
        event.preventDefault();
      } else if (event.key === "x") {
        const box = row.querySelector("input[type=checkbox]");
        if (box) box.checked = !box.checked;
      }
    });
  }

  function enhance(part) {
    part.querySelectorAll("figure.chart").forEach(chart);
    part.querySelectorAll("table[data-rows]").forEach(rows);
    for (const link of part.querySelectorAll("a[data-zoom]")) {
      link.addEventListener("click", (event) => {
        if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        zoom(link.href);
      });
    }
  }

  for (const part of parts(document)) sent.set(part, part.outerHTML);
  enhance(document);
  channel.onmessage = (event) => hear(event.data);
  addEventListener("popstate", refresh);
  document.addEventListener("visibilitychange", () => {
    if (isAgain) refresh();
  });
  if (!document.getElementById("activity")) return;
  if (navigator.locks) navigator.locks.request("tunedrop-live", () => new Promise(listen));
  else listen();
})();
