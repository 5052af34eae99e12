// A recording and its transcript, together. Everything is readable and playable without it.
"use strict";

const player = document.querySelector("[data-recording]");
const video = player?.querySelector("video");
let transcript, cues = [], starts = [], spoken = -1;
const status = player?.querySelector("[data-status]");

// The last cue that has begun at a time in milliseconds; -1 before the first.
function cueAt(time) {
  let low = 0, high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts[middle] <= time) low = middle + 1; else high = middle;
  }
  return low - 1;
}

function showSpoken() {
  const index = cueAt(video.currentTime * 1000 + 50);
  if (index === spoken) return;
  cues[spoken]?.removeAttribute("aria-current");
  spoken = index;
  const cue = cues[index];
  if (!cue) return;
  cue.setAttribute("aria-current", "true");
  if (transcript.querySelector("[data-follow]").checked && !video.paused) {
    const box = cue.closest(".transcript__text");
    const place = cue.getBoundingClientRect(), frame = box.getBoundingClientRect();
    if (place.top < frame.top + 40 || place.bottom > frame.bottom - 80) box.scrollTop += place.top - frame.top - frame.height / 3;
  }
}

function seek(milliseconds, andPlay) {
  const seconds = milliseconds / 1000 + 0.01;
  if (video.readyState) video.currentTime = seconds;
  else {
    video.addEventListener("loadedmetadata", () => { video.currentTime = seconds; }, { once: true });
    video.preload = "metadata";
    video.load();
  }
  if (andPlay) video.play().catch(() => {});
}

// One stop for the Tab key in the whole transcript: arrows go from sentence to sentence.
function makeReachable(cue) {
  for (const other of cues) if (other.tabIndex === 0) other.tabIndex = -1;
  cue.tabIndex = 0;
}

function plain(text) {
  return text.normalize("NFKD").replace(/[\p{M}\u0640]/gu, "").replace(/[أإآ]/g, "ا").replace(/ى/g, "ي").replace(/ة/g, "ه").toLowerCase();
}

function search() {
  const input = transcript.querySelector("[data-search]"), said = transcript.querySelector("[data-told]");
  const wanted = plain(input.value.trim());
  const found = cues.filter((cue) => {
    const isFound = wanted.length > 1 && plain(cue.textContent).includes(wanted);
    cue.classList.toggle("is-found", isFound);
    return isFound;
  });
  said.textContent = wanted.length > 1 ? (found.length ? `${input.dataset.found} ${found.length}` : input.dataset.none) : "";
  if (found.length) {
    makeReachable(found[0]);
    const box = found[0].closest(".transcript__text");
    box.scrollTop += found[0].getBoundingClientRect().top - box.getBoundingClientRect().top - 40;
  }
  return found;
}

function takeTranscript() {
  transcript = document.getElementById("transcript");
  if (!transcript) return;
  cues = [...transcript.querySelectorAll("[data-start]")];
  starts = cues.map((cue) => Number(cue.dataset.start));
  spoken = -1;
  cues.forEach((cue, index) => { cue.tabIndex = index ? -1 : 0; });
  transcript.querySelector("[data-tools]").hidden = false;
  const box = transcript.querySelector(".transcript__text");
  box.tabIndex = -1; // The sentence in it is the stop.
  transcript.querySelector("[data-search]").addEventListener("input", search);
  transcript.querySelector("[data-search]").addEventListener("keydown", (event) => {
    if (event.key === "Enter") { event.preventDefault(); search()[0]?.focus(); }
  });
  transcript.querySelector(".transcript__languages")?.addEventListener("click", changeLanguage);
  box.addEventListener("keydown", (event) => {
    const index = cues.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const next = cues[index + step];
    if (index < 0 || !step || !next) return;
    event.preventDefault();
    makeReachable(next);
    next.focus();
  });
}

async function changeLanguage(event) {
  const link = event.target.closest("a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const follow = transcript.querySelector("[data-follow]").checked;
  try {
    const response = await fetch(link.href);
    const other = new DOMParser().parseFromString(await response.text(), "text/html").getElementById("transcript");
    if (!response.ok || !other) throw new Error();
    transcript.replaceWith(other);
    takeTranscript();
    transcript.querySelector("[data-follow]").checked = follow;
    transcript.querySelector("[aria-current]")?.focus();
    showSpoken();
  } catch { location.assign(link.href); }
}

async function copyLink(button) {
  const link = new URL(location.pathname, location.href);
  link.searchParams.set("t", Math.floor(video.currentTime));
  try {
    await navigator.clipboard.writeText(link.href);
    status.textContent = button.dataset.done;
  } catch { status.textContent = `${button.dataset.failed} ${link.href}`; }
}

function changeFile(link) {
  const time = video.currentTime, wasPlaying = !video.paused, speed = video.playbackRate;
  player.querySelectorAll("[data-file]").forEach((each) => each.removeAttribute("aria-current"));
  link.setAttribute("aria-current", "true");
  video.querySelectorAll("source").forEach((source) => source.remove());
  video.src = link.dataset.file;
  video.load();
  video.addEventListener("loadedmetadata", () => { video.playbackRate = speed; }, { once: true });
  seek(time * 1000, wasPlaying);
}

function changeSpeed(step) {
  const select = player.querySelector("[data-speed]");
  select.selectedIndex = Math.min(Math.max(select.selectedIndex + step, 0), select.length - 1);
  video.playbackRate = Number(select.value);
}

function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
  const key = event.key.toLowerCase();
  if (key === "k") { if (video.paused) video.play().catch(() => {}); else video.pause(); }
  else if (key === "j") video.currentTime = Math.max(0, video.currentTime - 10);
  else if (key === "l") video.currentTime += 10;
  else if (key === "m") video.muted = !video.muted;
  else if (key === "<") changeSpeed(-1);
  else if (key === ">") changeSpeed(1);
  else return;
  event.preventDefault();
}

function start() {
  takeTranscript();
  player.querySelector("[data-tools]").hidden = false;
  document.querySelector(".recording").addEventListener("keydown", press);
  document.querySelector(".recording").addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const place = event.target.closest("a[data-start]"), file = event.target.closest("[data-file]");
    const copy = event.target.closest("[data-link]");
    if (place) {
      event.preventDefault();
      if (cues.includes(place)) makeReachable(place);
      seek(Number(place.dataset.start), true);
    } else if (file) {
      event.preventDefault();
      changeFile(file);
    } else if (copy) copyLink(copy);
  });
  player.querySelector("[data-speed]").addEventListener("change", () => changeSpeed(0));
  for (const name of ["timeupdate", "seeked"]) video.addEventListener(name, () => transcript && showSpoken());
  if (Number(video.dataset.start)) showSpokenAt(Number(video.dataset.start) * 1000);
}

// Members go on where they stopped: hub.js asks what is kept of them, apart from the page, which others share.
document.addEventListener("reader-state", (event) => {
  const state = event.detail;
  if (!video || !player.dataset.told || !state.keeps_history) return;
  const button = player.querySelector("[data-resume]");
  if (state.position > 5 && !state.is_finished && !Number(video.dataset.start)) {
    const minutes = Math.floor(state.position / 60);
    button.querySelector("bdi").textContent = `${minutes}:${String(Math.floor(state.position % 60)).padStart(2, "0")}`;
    button.hidden = false;
    button.addEventListener("click", () => { button.hidden = true; seek(state.position * 1000, true); });
  }
  let told = -1;
  function tell() {
    const position = Math.floor(video.currentTime);
    if (!video.duration || position === told) return;
    told = position;
    const kept = { csrfmiddlewaretoken: state.csrf, position, duration: Math.round(video.duration) };
    navigator.sendBeacon(player.dataset.told, new URLSearchParams(kept));
  }
  for (const name of ["pause", "ended"]) video.addEventListener(name, tell);
  video.addEventListener("timeupdate", () => { if (Math.abs(video.currentTime - told) >= 15) tell(); });
  addEventListener("pagehide", () => { if (!video.paused) tell(); });
});

// Where the address points to, before anything plays.
function showSpokenAt(time) {
  const index = cueAt(time + 999);
  if (!cues[index]) return;
  spoken = index;
  cues[index].setAttribute("aria-current", "true");
  makeReachable(cues[index]);
  const box = cues[index].closest(".transcript__text");
  box.scrollTop += cues[index].getBoundingClientRect().top - box.getBoundingClientRect().top - 60;
}

if (video) start();
