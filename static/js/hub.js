// Completion in search boxes, the current place in the table of contents, copying a citation, and what readers keep
// for themselves. Everything works without it.
"use strict";

// What was searched for last, on this device only; forgotten when somebody signs out.
const recent = {
  key: "hub-recent-searches",
  read() {
    try { return JSON.parse(localStorage.getItem(this.key)) ?? []; } catch { return []; }
  },
  write(searches) {
    try { localStorage.setItem(this.key, JSON.stringify(searches.slice(0, 5))); } catch { /* Full, or not allowed. */ }
  },
  note(title, url) {
    this.write([{ kind: "recent", title, url }, ...this.read().filter((each) => each.title !== title)]);
  },
  forget() {
    try { localStorage.removeItem(this.key); } catch { /* Not allowed: then nothing is there. */ }
  },
};

function completing(input) {
  const list = document.createElement("ul");
  list.className = "completions";
  list.id = `${input.id}-completions`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.labels[0]?.textContent.trim() ?? "");
  list.hidden = true;
  input.closest(".search-form").append(list);
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id,
  })) input.setAttribute(name, value);
  let timer, request, chosen = -1;

  function choose(index) {
    const options = [...list.children];
    chosen = options.length ? (index + options.length) % options.length : -1;
    options.forEach((option, number) => option.setAttribute("aria-selected", String(number === chosen)));
    if (chosen >= 0) input.setAttribute("aria-activedescendant", options[chosen].id);
    else input.removeAttribute("aria-activedescendant");
  }
  function close() {
    list.hidden = true;
    chosen = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }
  function show(completions) {
    list.replaceChildren(...completions.map((completion, number) => {
      const option = document.createElement("li");
      option.id = `${list.id}-${number}`;
      option.textContent = completion.title;
      if (input.dataset[completion.kind]) {
        const kind = document.createElement("small");
        kind.lang = document.documentElement.lang;
        kind.textContent = input.dataset[completion.kind];
        option.append(kind);
      }
      if (completion.language) option.lang = completion.language;
      option.dir = "auto";
      option.dataset.url = completion.url;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      return option;
    }));
    list.hidden = completions.length === 0;
    chosen = -1;
    input.setAttribute("aria-expanded", String(!list.hidden));
  }
  async function ask() {
    request?.abort();
    const text = input.value.trim();
    if (!text) return offerRecent();
    if (text.length < 2) return close();
    request = new AbortController();
    try {
      const response = await fetch(`${input.dataset.completions}?q=${encodeURIComponent(text)}`, { signal: request.signal });
      if (response.ok) show((await response.json()).completions);
    } catch { /* Aborted by the next letter, or the line is down: the form still works. */ }
  }
  function offerRecent() {
    const searches = input.value.trim() ? [] : recent.read();
    show(searches.length ? [...searches, { title: input.dataset.forget, url: "" }] : []);
  }
  function take(option) {
    if (option.dataset.url) return location.assign(option.dataset.url);
    recent.forget();
    show([]);
  }
  input.addEventListener("focus", offerRecent);
  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 150); });
  input.addEventListener("blur", () => setTimeout(close, 150));
  input.addEventListener("keydown", (event) => {
    if (list.hidden && event.key === "ArrowDown") offerRecent();
    if (list.hidden) return;
    if (event.key === "ArrowDown") choose(chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen < 0 ? -1 : chosen - 1);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && chosen >= 0) take(list.children[chosen]);
    else return;
    event.preventDefault();
  });
  list.addEventListener("mousedown", (event) => {
    const option = event.target.closest("li");
    if (option) { event.preventDefault(); take(option); }
  });
}

// Asks again as soon as a filter or the order is changed, and puts the answer in place of what is shown.
function narrowing(page) {
  let request;
  async function ask() {
    const asked = new URLSearchParams(new FormData(page));
    for (const [name, value] of [...asked]) if (!value) asked.delete(name, value);
    const address = `${page.action}?${asked}`;
    request?.abort();
    request = new AbortController();
    page.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(address, { signal: request.signal });
      const other = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".search-page");
      if (!answer.ok || !other) return location.assign(address);
      put(other);
      history.replaceState(null, "", address);
    } catch (problem) {
      if (problem.name !== "AbortError") location.assign(address);
    }
  }
  function put(other) {
    const focused = document.activeElement;
    const kept = focused && page.contains(focused) ? focused : null;
    const opened = [...page.querySelectorAll(".facet__more")].map((each) => each.open);
    const told = page.querySelector(".count");
    for (const part of [".chips", ".facets", ".results"]) {
      const before = page.querySelector(part), after = other.querySelector(part);
      if (part === ".facets" && after) after.open = before?.open ?? true;
      if (before && after) before.replaceWith(after);
      else if (before) before.remove();
      else if (after && part === ".chips") page.querySelector(".search-page__columns").before(after);
      else if (after) page.querySelector(".search-page__columns").prepend(after);
    }
    page.querySelectorAll(".facet__more").forEach((each, number) => { each.open ||= opened[number] ?? false; });
    // The line that says how many there are stays the same element, so that it is read out.
    const count = page.querySelector(".count");
    if (told && count) { const text = count.textContent; count.replaceWith(told); told.textContent = text; }
    if (kept?.name) [...page.elements].find((each) => each.name === kept.name && each.value === kept.value)?.focus();
    page.removeAttribute("aria-busy");
  }
  page.addEventListener("change", (event) => {
    if (event.target.closest(".facets")) ask();
  });
}

function followingHeadings(contents) {
  const links = new Map([...contents.querySelectorAll("a")].map((link) => [link.hash.slice(1), link]));
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      for (const link of links.values()) link.removeAttribute("aria-current");
      links.get(entry.target.id)?.setAttribute("aria-current", "true");
    }
  }, { rootMargin: "0px 0px -70% 0px" });
  for (const id of links.keys()) {
    const heading = document.getElementById(id);
    if (heading) seen.observe(heading);
  }
}

// Makes a button of a link that saves or follows. What its reader keeps is asked apart from the page, which
// readers with the same rights share.
async function keeping(place) {
  const link = place.querySelector("a");
  const status = place.querySelector("[role=status]");
  const answer = await fetch(place.dataset.state).catch(() => null);
  if (!answer?.ok) return;
  const state = await answer.json();
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.textContent = link.textContent;
  button.setAttribute("aria-pressed", String(state.kept));
  button.addEventListener("click", async () => {
    const request = { method: state.kept ? "DELETE" : "PUT", headers: { "X-CSRFToken": state.csrf } };
    const done = await fetch(link.href, request).catch(() => null);
    if (done?.status === 409) status.textContent = (await done.json()).message;
    else if (done?.status !== 204) location.assign(link.href);
    else {
      state.kept = !state.kept;
      button.setAttribute("aria-pressed", String(state.kept));
      status.textContent = state.kept ? place.dataset.on : place.dataset.off;
    }
  });
  link.before(button);
  link.className = "";
  if (link.dataset.then) link.textContent = link.dataset.then;
  else link.hidden = true;
  document.dispatchEvent(new CustomEvent("reader-state", { detail: state }));
  const text = document.querySelector("[data-progress]");
  if (text && state.keeps_history && !state.is_finished) followingReading(text, state);
}

// Tells how much of a text is read: once it was open for a while, when it is left, and at its end.
function followingReading(text, state) {
  const body = text.querySelector(".reading__body");
  let begun = false, furthest = state.position ?? 0, told = state.position ?? -1;
  function look() {
    const box = body.getBoundingClientRect();
    furthest = Math.max(furthest, Math.min(100, Math.round(100 * (innerHeight - box.top) / box.height)));
  }
  function tell() {
    look();
    if (!begun || told === furthest) return;
    told = furthest;
    const anchor = document.querySelector(".contents [aria-current]")?.hash.slice(1) ?? "";
    navigator.sendBeacon(text.dataset.progress, new URLSearchParams({ csrfmiddlewaretoken: state.csrf, position: told, anchor }));
  }
  setTimeout(() => { begun = true; tell(); }, 20_000);
  addEventListener("scroll", () => { look(); if (furthest === 100) tell(); }, { passive: true });
  document.addEventListener("visibilitychange", () => { if (document.hidden) tell(); });
}

// Records "yes" or "no" at once, and opens the form for a comment in place of the two buttons.
function answering(form) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    form.querySelectorAll("button").forEach((button) => { button.disabled = true; });
    const address = `${form.action}?answer=${event.submitter.value}`;
    try {
      const page = new DOMParser().parseFromString(await (await fetch(address)).text(), "text/html");
      const whole = page.querySelector("main form[method=post]");
      const sent = await fetch(form.action, { method: "POST", body: new FormData(whole), headers: { Accept: "application/json" } });
      form.replaceWith(whole);
      if (sent.ok) whole.previousElementSibling.textContent = form.dataset.thanks;
      whole.querySelector("textarea").focus();
    } catch {
      location.assign(address);
    }
  });
}

document.querySelectorAll("[data-state]").forEach(keeping);
document.querySelectorAll(".useful__answers").forEach(answering);

function copying(text) {
  if (!navigator.clipboard) return;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = text.dataset.copy;
  const said = document.createElement("span");
  said.setAttribute("role", "status");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text.textContent.replace(/\s+/g, " ").trim());
    said.textContent = text.dataset.copied;
    setTimeout(() => { said.textContent = ""; }, 4000);
  });
  const line = document.createElement("p");
  line.append(button, " ", said);
  text.after(line);
}

document.querySelectorAll("[data-copy]").forEach(copying);
const searched = document.querySelector(".search-page") && new URLSearchParams(location.search).get("q")?.trim();
if (searched) recent.note(searched.slice(0, 200), `${location.pathname}?q=${encodeURIComponent(searched)}`);
document.querySelectorAll('form[action$="/logout/"]').forEach((form) => form.addEventListener("submit", () => recent.forget()));
document.querySelectorAll("input[data-completions]").forEach(completing);
document.querySelectorAll(".search-page").forEach(narrowing);
document.querySelectorAll(".contents").forEach(followingHeadings);
const facets = document.querySelector(".facets");
if (facets && matchMedia("(min-width: 62rem)").matches) facets.open = true;
