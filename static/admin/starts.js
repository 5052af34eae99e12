// Starts those parts of Wagtail's admin that Wagtail would start by scripts within its pages. The hub's policy lets no
// such script run, so templates/wagtailadmin, wagtail_localize and wagtailmedia say what is to be started in elements
// that have data-starts.
"use strict";

// Nothing else: an element that somebody smuggled into a page must not name what it likes.
const STARTED = /^(InlinePanel|(create|init)?[A-Z]\w*Chooser|MultipleChooserPanel)$/;

function start(element) {
  const { starts: name, arguments: values } = element.dataset;
  element.remove();
  const what = STARTED.test(name) ? window[name] : undefined;
  if (typeof what !== "function") throw new Error(`Nothing is called ${name} here.`);
  if (/^[A-Z]/.test(name)) new what(...JSON.parse(values));
  else what(...JSON.parse(values));
}

function startAllIn(part) {
  part.querySelectorAll("[data-starts]").forEach(start);
}

// Parts that are added later: rows of a panel, answers in a dialogue.
function watch() {
  startAllIn(document);
  new MutationObserver((changes) => {
    for (const change of changes) {
      for (const added of change.addedNodes) {
        if (added.nodeType !== Node.ELEMENT_NODE) continue;
        if (added.matches("[data-starts]")) start(added);
        else startAllIn(added);
      }
    }
  }).observe(document.body, { childList: true, subtree: true });
}

// All languages to translate into at once (wagtail-localize).
function chooseAllLanguages({ target }) {
  if (target.name !== "select_all") return;
  document.querySelectorAll('[name="locales"]').forEach((box) => { box.checked = target.checked; });
}

// A recording's title, until somebody writes one, is the name of its file (wagtailmedia).
function nameRecording({ target }) {
  const title = document.getElementById("id_title");
  const isRecording = target.id === "id_file" && target.form.matches('[action*="/media/"][action*="/add/"]');
  if (!isRecording || !target.files.length || title.value) return;
  title.value = target.files[0].name.replace(/\.[^.]+$/, "");
}

// A deferred script runs when the page is there and before what waits for that.
watch();
document.addEventListener("change", chooseAllLanguages);
document.addEventListener("change", nameRecording);
