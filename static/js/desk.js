// The returns desk. The scanner types a number and Enter; each scan gets a nonce of its own, waits in the browser until the
// server has answered it, and is sent in order: a lost connection, a resend or a reload of the page loses and doubles nothing.
(() => {
  const form = document.querySelector("[data-scan]");
  const field = document.getElementById("scanned");
  if (!form || !field) return;
  const note = document.getElementById("note");
  const panel = document.getElementById("scan-answer");
  const waiting = document.getElementById("scan-waiting");
  const later = document.getElementById("scan-later");
  const RETRY_MS = [500, 1000, 2000, 5000];
  const PATIENCE_MS = 15000;
  const GLANCE_MS = 700;

  // What waits and what has to be looked at outlive the page; other people's do not show up here.
  const drawer = (name, store = "localStorage") => {
    const key = `todoke.desk.${form.dataset.scan}.${name}`;
    let memory = [];
    return {
      get: () => {
        try {
          memory = JSON.parse(window[store].getItem(key)) || [];
        } catch {
          // No storage here, or none left: this page's memory has to do.
        }
        return memory;
      },
      set: (rows) => {
        memory = rows;
        try {
          window[store].setItem(key, JSON.stringify(rows));
        } catch {
          // The same.
        }
      },
    };
  };
  const queue = drawer("waiting");
  const answers = drawer("later");

  // Reason and day stay for the whole pile, whatever page comes in between; the day not beyond midnight. Each window has a
  // pile of its own.
  const pile = drawer("pile", "sessionStorage");
  const reasonOf = (key) => form.querySelector(`[data-key="${CSS.escape(key)}"]`);
  const keepPile = () => {
    const { reason, returned_on } = Object.fromEntries(new FormData(form));
    pile.set([{ reason, returned_on, today: form.dataset.today }]);
  };
  const [kept] = pile.get();
  const keptReason = kept && form.querySelector(`[name="reason"][value="${CSS.escape(kept.reason)}"]`);
  if (keptReason) keptReason.checked = true;
  if (kept?.today === form.dataset.today && kept.returned_on) form.elements.returned_on.value = kept.returned_on;
  form.addEventListener("change", keepPile);

  // A reason's key in front of a number, or alone, is the reason: one key, then the scanner. Numbers have twelve digits.
  const KEY_FIRST = /^([1-9])(?=$|T1\||TR-|(?:[0-9]{4}[ -]?){3}$)/;
  const keyFirst = (text) => {
    const folded = text.normalize("NFKC").trim();
    const found = KEY_FIRST.exec(folded);
    return found ? { key: found[1], rest: folded.slice(1) } : { key: "", rest: text };
  };

  const nonce = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  };

  const tones = { ok: [880], warn: [440, 440], error: [220, 180] };
  let audio;
  const play = (name) => {
    if (!window.AudioContext || !tones[name]) return;
    audio = audio || new AudioContext();
    tones[name].forEach((frequency, place) => {
      const oscillator = audio.createOscillator();
      oscillator.frequency.value = frequency;
      oscillator.connect(audio.destination);
      oscillator.start(audio.currentTime + place * 0.18);
      oscillator.stop(audio.currentTime + place * 0.18 + 0.12);
    });
  };

  // Each window sends its own scans, so that the answer is where the person looks. What another one has not got rid of for a
  // while (it was closed) is sent by whoever is there; the nonce makes it harmless if both do.
  const seat = drawer("window", "sessionStorage");
  if (!seat.get().length) seat.set([nonce()]);
  const [here] = seat.get();
  const LEFT_BEHIND_MS = 10000;
  const next = () => queue.get().find((row) => row.window === here || Date.now() - row.at > LEFT_BEHIND_MS);

  let trouble = "";
  let retries = 0;
  let sending = false;
  let glanced = null;

  const showWaiting = () => {
    const count = queue.get().length;
    waiting.hidden = !trouble && count < 2;
    waiting.querySelector("[data-count]").textContent = String(count);
    form.dataset.waiting = String(count);
    for (const line of waiting.querySelectorAll("[data-trouble]")) line.hidden = line.dataset.trouble !== trouble;
  };

  const showLater = () => {
    const rows = answers.get();
    const list = later.querySelector("ul");
    later.hidden = rows.length === 0;
    later.querySelector(".scan-later__all").hidden = rows.length < 2;
    list.replaceChildren(
      ...rows.map((row) => {
        const line = document.getElementById("scan-later-row").content.cloneNode(true);
        line.querySelector("li").dataset.nonce = row.nonce;
        line.querySelector("[data-number]").textContent = row.number;
        line.querySelector("[data-word]").textContent = row.word;
        line.querySelector("[data-text]").textContent = row.text;
        line.querySelector("button").addEventListener("click", () => {
          answers.set(answers.get().filter((other) => other.nonce !== row.nonce));
          showLater();
          field.focus();
        });
        return line;
      }),
    );
  };

  // Only what stands there now: an answer that comes in meanwhile has not been seen.
  later.querySelector(".scan-later__all button").addEventListener("click", () => {
    const seen = new Set([...later.querySelectorAll("li")].map((line) => line.dataset.nonce));
    answers.set(answers.get().filter((row) => !seen.has(row.nonce)));
    showLater();
    field.focus();
  });

  const keepForLater = (row) => {
    if (answers.get().some((other) => other.nonce === row.nonce)) return;
    answers.set([...answers.get(), row]);
    showLater();
  };

  // The answer goes into its place, each further part into its own.
  const show = (html, scan) => {
    const parts = new DOMParser().parseFromString(html, "text/html").body;
    for (const part of parts.querySelectorAll("[hx-swap-oob]")) {
      part.removeAttribute("hx-swap-oob");
      document.getElementById(part.id)?.replaceWith(part);
    }
    panel.replaceChildren(...parts.childNodes);
    panel.scrollIntoView({ block: "nearest" });
    const result = panel.querySelector("[data-answer]");
    play(result.dataset.sound);
    const row = {
      nonce: scan.nonce,
      number: scan.scanned,
      word: result.querySelector(".scan-word").textContent.trim(),
      text: result.querySelector(".scan-word + p")?.textContent.trim() || "",
    };
    // Whoever scans on before the answer could be read finds it in the list; so does whoever had to wait for it.
    const crucial = result.dataset.sound === "error";
    if (scan.late || (crucial && queue.get().length > 1)) keepForLater(row);
    else glanced = crucial ? { row, at: Date.now() } : null;
  };

  const answered = async (scan) => {
    const body = new FormData(form);
    for (const name of ["scanned", "reason", "returned_on", "note", "nonce"]) body.set(name, scan[name]);
    const response = await fetch(form.action, {
      method: "POST",
      body,
      headers: { "HX-Request": "true" },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (response.redirected || response.status === 403 || response.headers.has("HX-Refresh")) return { trouble: "login" };
    const html = response.ok ? await response.text() : "";
    return html.includes("data-answer=") ? { html } : { trouble: "server" };
  };

  const send = async () => {
    if (sending) return;
    sending = true;
    let scan;
    while ((scan = next())) {
      let result;
      try {
        result = await answered(scan);
      } catch {
        result = { trouble: "away" };
      }
      trouble = result.trouble || "";
      if (trouble) {
        queue.set(queue.get().map((row) => ({ ...row, late: true })));
        window.setTimeout(send, RETRY_MS[Math.min(retries, RETRY_MS.length - 1)]);
        retries += 1;
        break;
      }
      retries = 0;
      show(result.html, scan);
      queue.set(queue.get().filter((row) => row.nonce !== scan.nonce));
      showWaiting();
    }
    sending = false;
    showWaiting();
    if (!trouble && queue.get().length > 0) window.setTimeout(send, LEFT_BEHIND_MS);
  };

  const showKey = () => {
    const { key, rest } = keyFirst(field.value);
    for (const label of form.querySelectorAll("[data-about]")) delete label.dataset.about;
    if (key && !rest) (reasonOf(key)?.closest("label") || note.labels[0]).dataset.about = "";
  };
  const choose = (key) => {
    const choice = reasonOf(key);
    if (choice) choice.checked = true;
    keepPile();
    (choice ? field : note).focus();
    showKey();
  };
  field.addEventListener("input", showKey);

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    const { key, rest } = keyFirst(field.value);
    if (key && (!rest || reasonOf(key))) {
      field.value = rest;
      choose(key);
      if (!rest) return;
    }
    const entered = new FormData(form);
    const scan = { nonce: nonce(), late: Boolean(trouble), window: here, at: Date.now() };
    for (const name of ["scanned", "reason", "returned_on", "note"]) scan[name] = entered.get(name);
    if (glanced && Date.now() - glanced.at < GLANCE_MS) keepForLater(glanced.row);
    glanced = null;
    queue.set([...queue.get(), scan]);
    if (trouble) {
      panel.replaceChildren(document.getElementById("scan-kept").content.cloneNode(true));
      panel.querySelector("[data-number]").textContent = scan.scanned;
      panel.scrollIntoView({ block: "nearest" });
    }
    field.value = "";
    note.value = "";
    field.focus();
    showKey();
    showWaiting();
    send();
  });

  // Nothing is taken back while something waits: nobody could tell which scan is the last.
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-undo]") || queue.get().length === 0) return;
    event.preventDefault();
    event.stopPropagation();
    waiting.hidden = false;
    field.focus();
  }, true);

  note.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    field.focus();
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey) return;
    if (event.altKey && event.code === "KeyZ") {
      event.preventDefault();
      document.querySelector("[data-undo] button")?.click();
      return;
    }
    const typing = event.target.matches("input:not([type=radio]), select, textarea");
    if (typing && !event.altKey) return;
    const digit = event.code.replace("Digit", "").replace("Numpad", "");
    if (!reasonOf(digit) && digit !== "9") return;
    event.preventDefault();
    choose(digit);
  });

  window.addEventListener("online", send);
  window.addEventListener("storage", () => {
    showWaiting();
    showLater();
  });
  showWaiting();
  showLater();
  send();
})();
