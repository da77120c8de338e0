"use strict";
// Uploads files, and keeps the parts of a draft's page current. The server renders them; without this script, the forms
// work as forms.
(() => {
  const root = document.getElementById("draft");
  if (!root) return;
  const base = `/dataset/${root.dataset.id}`;
  const [filesMax, bytesMax] = [Number(root.dataset.filesMax), Number(root.dataset.bytesMax)];
  const [drop, list, fault] = ["drop", "uploads", "fault"].map((id) => document.getElementById(id));
  const EVERY_MS = 400;
  const TYPED_MS = 600;
  const AT_A_TIME = 2;
  let isKnown = location.pathname === base;
  let latest = 0;
  let timer = 0;

  function say(words) {
    fault.textContent = words;
    fault.hidden = !words;
  }

  // Takes the parts of a page that the server rendered. A part in which somebody types stays as it is.
  function take(html, isTyping) {
    const page = new DOMParser().parseFromString(html, "text/html");
    const parts = page.querySelectorAll("[data-part]");
    if (!parts.length) {
      say(page.querySelector("main p")?.textContent ?? "The console doesn't answer. Reload the page.");
      return;
    }
    let focus = null;
    for (const part of parts) {
      const old = document.getElementById(part.id);
      if (!old || old.outerHTML === part.outerHTML) continue;
      const active = old.contains(document.activeElement) ? document.activeElement : null;
      if (active && isTyping && active.matches("input, textarea, select")) continue;
      if (active && active.matches("textarea, input[type=text]") && active.value !== active.defaultValue) continue;
      const status = part.querySelector("#status");
      if (part.id === "part-status" && status) {
        // The element stays, so that a screen reader announces its new text.
        const mine = old.querySelector("#status");
        if (mine.textContent !== status.textContent) mine.textContent = status.textContent;
        mine.className = status.className;
        old.dataset.busy = part.dataset.busy;
        old.querySelector(".fault")?.remove();
        const notice = part.querySelector(".fault");
        if (notice) old.append(notice);
        continue;
      }
      const opened = [...old.querySelectorAll("details")].map((one) => one.open);
      old.replaceWith(document.adoptNode(part));
      part.querySelectorAll("details").forEach((one, at) => { if (opened[at]) one.open = true; });
      focus = part.querySelector("[data-focus]") ?? focus;
      if (active) (document.getElementById(active.id) ?? part.querySelector("h2"))?.focus();
    }
    if (focus && focus.isConnected) focus.focus();
    const go = document.querySelector("[data-go]");
    if (go) location.assign(go.href);
    later();
  }

  function later() {
    clearTimeout(timer);
    const isBusy = document.getElementById("part-status").dataset.busy === "true";
    if (isBusy || list.children.length) timer = setTimeout(look, EVERY_MS);
  }

  async function look() {
    if (!isKnown) return;
    const mine = ++latest;
    try {
      const answer = await fetch(base);
      const html = await answer.text();
      if (mine === latest) take(html, false);
    } catch {
      say("The console doesn't answer. Check that `tunedrop ui` still runs, then reload the page.");
    }
  }

  function known() {
    if (isKnown) return;
    isKnown = true;
    document.getElementById("discard").hidden = false;
    history.replaceState(null, "", base);
  }

  async function send(form, submitter, isTyping) {
    const body = new URLSearchParams(new FormData(form, submitter));
    known();
    const mine = ++latest;
    try {
      const answer = await fetch(form.action, { method: "POST", body });
      const html = await answer.text();
      if (mine === latest) take(html, isTyping);
    } catch {
      say("The console doesn't answer. Check that `tunedrop ui` still runs, then reload the page.");
    }
  }

  root.addEventListener("submit", (event) => {
    const form = event.target;
    if (!("fetch" in form.dataset)) return;
    event.preventDefault();
    send(form, event.submitter, false).then(() => {
      if (form.action.endsWith("/paste") && form.isConnected) form.querySelector("textarea").value = "";
    });
  });
  root.addEventListener("change", (event) => {
    const form = event.target.form;
    if (form && "change" in form.dataset) send(form, null, false);
  });
  let typed = 0;
  root.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!form || !("typed" in form.dataset)) return;
    clearTimeout(typed);
    typed = setTimeout(() => send(form, null, true), TYPED_MS);
  });

  // Files: one row each while it waits or is sent.
  const waiting = [];
  let running = 0;

  function add(files) {
    say("");
    const skipped = files.filter(({ name }) => name.split("/").some((part) => part.startsWith(".")));
    const taken = files.filter((file) => !skipped.includes(file));
    const bytes = taken.reduce((sum, { file }) => sum + file.size, 0);
    if (taken.length > filesMax || bytes > bytesMax) {
      say(`A draft has at most ${filesMax.toLocaleString("en-US")} files and ${bytesMax / 2 ** 30} GiB. Use tunedrop submit for more.`);
      return;
    }
    if (!taken.length) {
      say(skipped.length ? "Only hidden files were found, and they are never uploaded." : "No files were found.");
      return;
    }
    known();
    // A few rows are enough to see what happens.
    for (const one of taken) waiting.push(one);
    next();
    later();
  }

  function next() {
    while (running < AT_A_TIME && waiting.length) put(waiting.shift());
  }

  function put({ file, name }) {
    running += 1;
    const row = document.createElement("li");
    const label = document.createElement("span");
    label.className = "mono";
    label.textContent = name;
    const bar = document.createElement("progress");
    bar.setAttribute("aria-label", `Reading ${name}`);
    bar.max = file.size || 1;
    bar.value = 0;
    const cancel = document.createElement("button");
    cancel.className = "small";
    cancel.textContent = "Cancel";
    cancel.setAttribute("aria-label", `Cancel ${name}`);
    row.append(label, bar, cancel);
    list.append(row);
    const request = new XMLHttpRequest();
    request.open("PUT", `${base}/file?name=${encodeURIComponent(name)}`);
    request.upload.onprogress = (event) => { bar.value = event.loaded; };
    cancel.onclick = () => request.abort();
    request.onloadend = () => {
      running -= 1;
      row.remove();
      if (request.status >= 400) say(request.responseText.slice(0, 1000));
      if (request.status === 0 && request.readyState === 4) say(`${name} wasn't taken: it was canceled, or it changed while it was read.`);
      next();
      look();
    };
    request.send(file);
  }

  async function walk(entry, path, out) {
    if (entry.isFile) {
      const file = await new Promise((done, failed) => entry.file(done, failed));
      out.push({ file, name: path + entry.name });
      return;
    }
    const reader = entry.createReader();
    for (;;) {
      const some = await new Promise((done, failed) => reader.readEntries(done, failed));
      if (!some.length) return;
      for (const one of some) await walk(one, `${path}${entry.name}/`, out);
      if (out.length > filesMax) return;
    }
  }

  // The folder itself is the dataset: its name isn't part of the files' names.
  function bare(files) {
    const first = files[0]?.name.split("/")[0];
    const isFolder = files.length && files.every(({ name }) => name.startsWith(`${first}/`));
    if (!isFolder) return files;
    const name = document.getElementById("name");
    if (!name || !name.value) title(first);
    return files.map(({ file, name }) => ({ file, name: name.slice(first.length + 1) }));
  }

  function title(name) {
    known();
    const body = new URLSearchParams({ name: name.toLowerCase().replace(/[^a-z0-9-]+/g, "-").replace(/^-+|-+$/g, "") });
    fetch(`${base}/name`, { method: "POST", body, redirect: "manual" }).catch(() => {});
  }

  drop.hidden = false;
  const isOfFiles = (event) => [...event.dataTransfer.types].includes("Files");
  addEventListener("dragover", (event) => {
    if (!isOfFiles(event)) return;
    event.preventDefault();
    drop.classList.add("over");
  });
  addEventListener("dragleave", (event) => { if (!event.relatedTarget) drop.classList.remove("over"); });
  addEventListener("drop", async (event) => {
    if (!isOfFiles(event)) return;
    event.preventDefault();
    drop.classList.remove("over");
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    const plain = [...event.dataTransfer.files].map((file) => ({ file, name: file.name }));
    const files = [];
    try {
      for (const entry of entries) await walk(entry, "", files);
    } catch {
      say("A file of the folder can't be read. Check its permissions.");
      return;
    }
    add(bare(entries.length ? files : plain));
  });
  for (const id of ["pick-files", "pick-folder"]) {
    const input = document.getElementById(id);
    input.addEventListener("change", () => {
      add(bare([...input.files].map((file) => ({ file, name: file.webkitRelativePath || file.name }))));
      input.value = "";
    });
  }
  addEventListener("beforeunload", (event) => { if (running) event.preventDefault(); });
  later();
})();
