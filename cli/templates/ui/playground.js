"use strict";
// Asks several models at once, and shows each answer while it arrives.
(() => {
  const form = document.getElementById("ask");
  if (!form) return;
  const [answers, state, fault, halt] = ["answers", "state", "fault", "halt"].map((id) => document.getElementById(id));
  const most = Number(form.dataset.max);
  let stop = null;

  function say(words) {
    fault.textContent = words;
    fault.hidden = !words;
  }

  function box(title) {
    const section = document.createElement("section");
    const [heading, name, text, end] = ["h2", "bdi", "pre", "p"].map((tag) => document.createElement(tag));
    name.textContent = title;
    heading.append(name);
    text.dir = "auto";
    end.className = "aside";
    end.textContent = "Waiting for the answer";
    section.append(heading, text, end);
    answers.append(section);
    return { text, end };
  }

  async function ask(body, { text, end }, signal) {
    const fail = (words) => {
      end.textContent = words;
      end.className = "fault";
    };
    let isOver = false;
    try {
      const answer = await fetch("/playground/ask", { method: "POST", body, signal });
      if (!answer.ok) {
        fail(await answer.text());
        return;
      }
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = "";
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        const lines = (rest + value).split("\n");
        rest = lines.pop();
        for (const line of lines) {
          const part = JSON.parse(line);
          if (part.text) text.append(part.text);
          if (part.done) end.textContent = part.done;
          if (part.error) fail(part.error);
          isOver ||= Boolean(part.done ?? part.error);
        }
      }
      if (!isOver) fail("The answer ended early.");
    } catch {
      fail(signal.aborted ? "Stopped." : "The console doesn't answer. Check that `tunedrop ui` still runs.");
    }
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (stop) return;
    const data = new FormData(form);
    const chosen = [...form.querySelectorAll("[name=model]:checked")];
    if (!chosen.length || chosen.length > most) {
      say(chosen.length ? `Choose at most ${most} models.` : "Choose a model first.");
      return;
    }
    say("");
    answers.replaceChildren();
    stop = new AbortController();
    halt.hidden = false;
    state.textContent = chosen.length > 1 ? `Asking ${chosen.length} models` : "Asking the model";
    await Promise.all(chosen.map((one) => {
      const body = new URLSearchParams(data);
      body.set("model", one.value);
      return ask(body, box(one.dataset.title), stop.signal);
    }));
    state.textContent = "All answers are complete.";
    stop = null;
    halt.hidden = true;
  });
  halt.addEventListener("click", () => stop?.abort());
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
})();
