// The desk without loading the page again: opens and saves segments, keeps what is typed, answers to keys.
(() => {
  "use strict";
  const desk = document.querySelector("[data-desk]");
  if (!desk) return;
  const status = desk.querySelector("[data-status]");
  const KEEP_AFTER = 1500;
  const kept = new Map();

  const say = (text) => { status.textContent = text; };
  const opened = () => desk.querySelector(".segment--open");
  const field = (segment) => segment && segment.querySelector("textarea[name=text]");
  const keyOf = (form) => `desk:${form.action}`;

  function remember(form) {
    try { localStorage.setItem(keyOf(form), JSON.stringify({ text: form.text.value, base: form.base.value })); } catch { /* full or forbidden */ }
  }
  function forget(form) {
    try { localStorage.removeItem(keyOf(form)); } catch { /* forbidden */ }
  }

  async function ask(address, options = {}) {
    const headers = { "X-Requested-With": "XMLHttpRequest", ...(options.headers || {}) };
    return fetch(address, { credentials: "same-origin", ...options, headers });
  }

  function put(key, html) {
    const old = document.getElementById(`segment-${key}`);
    if (!old) return;
    const holder = document.createElement("template");
    holder.innerHTML = html.trim();
    old.replaceWith(holder.content.firstElementChild);
  }

  // Shows rows, one of them open; `left` is one that the hub has still to say how to show closed.
  function show(answer, focus, left = 0) {
    for (const [key, html] of Object.entries(answer.rows)) put(key, html);
    progress(answer);
    enhance();
    const text = field(opened());
    if (text && focus) text.focus();
    history.replaceState(null, "", `?segment=${answer.open}#segment-${answer.open}`);
    readAhead(left);
  }

  // What waits after the open segment is asked for while somebody translates that one.
  let ahead = null;
  function readAhead(left) {
    const row = opened();
    if (!row) return;
    const after = row.dataset.segment;
    const found = ask(`${location.pathname}?after=${after}${left ? `&left=${left}` : ""}`)
      .then((response) => (response.ok ? response.json() : null)).catch(() => null);
    ahead = { after, found };
    if (left) found.then((answer) => answer && close(answer, left));
  }

  function close(answer, left) {
    if (!answer.rows[left] || opened()?.dataset.segment === left) return;
    put(left, answer.rows[left]);
    progress(answer);
  }

  function progress(answer) {
    desk.querySelector("[data-progress]").value = answer.done;
    if (answer.total) desk.querySelector("[data-counts]").textContent = `${answer.done} / ${answer.total}`;
  }

  // The next segment, from what was read ahead; the one that is left is shown closed as soon as the hub says how.
  async function next(row) {
    const after = row.dataset.segment;
    const answer = ahead && ahead.after === after ? await ahead.found : null;
    if (!answer) {
      const response = await ask(`${location.pathname}?after=${after}&left=${after}`);
      if (!response.ok) { location.reload(); return; }
      const found = await response.json();
      if (found.open) show(found, true); else location.href = location.pathname;
      return;
    }
    if (!answer.open || answer.open === Number(after)) { location.href = location.pathname; return; }
    row.classList.remove("segment--open");
    row.querySelector(".segment__work").remove();
    show({ ...answer, total: 0, done: desk.querySelector("[data-progress]").value }, true, after);
  }

  // The row that is left may hold unsaved text: that is kept first.
  async function open(address) {
    if (opened()) await keepInTurn(field(opened()));
    const before = opened();
    const response = await ask(before ? `${address}&left=${before.dataset.segment}` : address);
    if (!response.ok) { location.href = address; return; }
    show(await response.json(), true);
  }

  async function keep(text) {
    if (!text || text.value === kept.get(text)) return;
    const form = text.form;
    remember(form);
    const data = new FormData(form);
    data.set("do", "keep");
    try {
      const response = await ask(form.action, { method: "POST", body: data });
      if (response.status === 204) { kept.set(text, text.value); forget(form); say(desk.dataset.kept); }
      else if (response.status === 410) gone(await response.json());
    } catch { say(desk.dataset.offline); }
  }

  function gone(answer) {
    say(answer.message);
    location.href = answer.address;
  }

  // One after the other: what is sent names what the one before it made, and no draft comes after the save of its text.
  let sending = Promise.resolve();
  function inTurn(form, work) {
    const done = sending.then(() => { const now = current(form); return now && work(now); });
    sending = done.catch(() => {});
    return done;
  }
  function queue(form, button) { inTurn(form, (now) => send(now, button)); }
  function keepInTurn(text) { return text ? inTurn(text.form, (now) => keep(now.text)) : sending; }

  // A form as it is shown by now; nothing if its segment has been closed.
  function current(form) {
    if (form.isConnected || !form.text) return form;
    const text = field(opened());
    return text && text.form.action === form.action ? text.form : null;
  }

  async function send(form, button) {
    const data = new FormData(form);
    if (button && button.name) data.set(button.name, button.value);
    const wanted = data.get("do");
    const text = field(opened());
    if (text && form.contains(text)) remember(form);
    else if (text) await keep(text);
    let response;
    try { response = await ask(form.action, { method: "POST", body: data }); } catch { say(desk.dataset.offline); return; }
    if (response.status === 410) { gone(await response.json()); return; }
    if (!(response.headers.get("content-type") || "").includes("json")) { form.submit(); return; }
    if (response.ok) forget(form);
    const answer = await response.json();
    if (answer.saved) {
      say(desk.dataset.saved);
      if (wanted === "approve") await next(opened()); else await again(text, data.get("text"));
    } else {
      show(answer, true);
      say(answer.message || "");
    }
    const preview = desk.querySelector("[data-preview]");
    if (preview && preview.open && wanted === "approve") preview.querySelector("iframe").contentWindow.location.reload();
  }

  // Shows a saved segment with what the checks say now. Whoever typed on meanwhile keeps that.
  async function again(text, saved) {
    const response = await ask(`${location.pathname}?segment=${opened().dataset.segment}`);
    if (!response.ok) return;
    const answer = await response.json();
    const more = text.value;
    // What the device remembers of it began from the text before this save.
    forget(text.form);
    show(answer, true);
    if (more !== saved) take(field(opened()), more, "typed");
  }

  function insert(text, opening, closing) {
    const { selectionStart: from, selectionEnd: to } = text;
    text.setRangeText(opening + text.value.slice(from, to) + closing, from, to, "end");
    text.focus();
    text.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function take(text, value, origin) {
    text.value = value;
    text.form.origin.value = origin;
    text.focus();
    text.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function takeFrom(button) {
    take(field(opened()), button.dataset.use, button.dataset.origin || "memory");
  }

  function enhance() {
    const row = opened();
    const text = field(row);
    if (!text || kept.has(text)) return;
    row.querySelector("[data-copy]").hidden = false;
    kept.set(text, text.value);
    try {
      const stored = JSON.parse(localStorage.getItem(keyOf(text.form)) || "null");
      if (stored && stored.text !== text.value) { text.value = stored.text; text.form.base.value = stored.base; }
    } catch { /* not ours */ }
  }

  let timer = 0;
  desk.addEventListener("input", (event) => {
    if (event.target.name !== "text") return;
    const text = event.target;
    remember(text.form);
    clearTimeout(timer);
    timer = setTimeout(() => keepInTurn(text), KEEP_AFTER);
  });
  desk.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-form]")) return;
    event.preventDefault();
    clearTimeout(timer);
    queue(event.target, event.submitter);
  });
  desk.addEventListener("click", (event) => {
    const link = event.target.closest("[data-open]");
    if (link) { event.preventDefault(); open(link.href.split("#")[0]); return; }
    const text = field(opened());
    if (!text) return;
    const button = event.target.closest("button");
    if (!button) return;
    if (button.matches("[data-copy]")) take(text, opened().querySelector("[data-source]").textContent, "typed");
    else if (button.dataset.placeholder) insert(text, ...button.dataset.placeholder.split("|"));
    else if (button.dataset.use !== undefined) { event.preventDefault(); takeFrom(button); }
  });
  document.addEventListener("keydown", (event) => {
    const row = opened();
    const text = field(row);
    if (!row) return;
    const press = (selector) => { const found = row.querySelector(selector); if (found) { event.preventDefault(); found.click(); } };
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") press("button[value=approve]");
    else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") press("button[value=save]");
    else if (event.altKey && event.code === "KeyC") press("[data-copy]");
    else if (event.altKey && /^Digit[1-5]$/.test(event.code)) {
      const use = row.querySelectorAll("[data-use]")[Number(event.code.slice(5)) - 1];
      if (use && text) { event.preventDefault(); takeFrom(use); }
    } else if (event.altKey && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      let next = row;
      do { next = event.key === "ArrowDown" ? next.nextElementSibling : next.previousElementSibling; } while (next && !next.querySelector("[data-open]"));
      if (next) { event.preventDefault(); open(next.querySelector("[data-open]").href.split("#")[0]); }
    }
  });
  window.addEventListener("pagehide", () => { const text = field(opened()); if (text) remember(text.form); });
  enhance();
  if (opened() && !location.hash) opened().scrollIntoView({ block: "center" });
})();
