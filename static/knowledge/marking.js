// In the editor: shows whom the chosen marking names, and says who could read the page before it is saved.
(() => {
  const WAIT = 400; // Milliseconds after the last change.

  const chosenMarking = (scope) => {
    const radio = scope.querySelector('input[name$="marking"]:checked');
    const select = scope.querySelector('select[name$="marking"]');
    return radio ? radio.value : select ? select.value : "";
  };

  const showNamed = (scope) => {
    const marking = chosenMarking(scope);
    const field = scope.querySelector("[data-shared-with]");
    if (!field) return;
    let isAnyShown = false;
    for (const part of field.querySelectorAll("[data-names]")) {
      part.hidden = part.dataset.names !== marking;
      isAnyShown = isAnyShown || !part.hidden;
    }
    // With its heading, which is around it in the editor and within it elsewhere.
    const panel = field.closest(".w-panel__wrapper") || field.closest(".w-field__wrapper, li");
    if (panel) panel.hidden = !isAnyShown;
  };

  const ask = async (scope, readership) => {
    const form = readership.closest("form");
    const body = new FormData();
    for (const [name, value] of new FormData(form)) {
      if (name === "marking" || name === "csrfmiddlewaretoken" || name.startsWith("shared_with_")) body.append(name, value);
    }
    body.append("page", readership.dataset.page);
    body.append("parent", readership.dataset.parent);
    const response = await fetch(readership.dataset.checkUrl, { method: "POST", body, credentials: "same-origin" });
    if (!response.ok) return;
    const answer = await response.json();
    const draft = readership.querySelector("[data-readership-draft]");
    const warning = readership.querySelector("[data-readership-warning]");
    readership.querySelector("[data-readership-sentence]").textContent = answer.sentence;
    draft.hidden = !answer.sentence;
    warning.querySelector("p").textContent = answer.warning;
    warning.hidden = !answer.warning;
  };

  const start = (field) => {
    const scope = field.closest(".marking-panel") || field.closest("form");
    if (!scope || scope.dataset.isMarkingReady) return;
    scope.dataset.isMarkingReady = "true";
    const readership = scope.querySelector("[data-readership]");
    let timer;
    showNamed(scope);
    scope.addEventListener("input", (event) => {
      const name = event.target.name || "";
      if (!name.includes("marking") && !name.includes("shared_with")) return;
      showNamed(scope);
      if (!readership || name.endsWith("reason")) return;
      clearTimeout(timer);
      timer = setTimeout(() => ask(scope, readership), WAIT);
    });
  };

  document.addEventListener("DOMContentLoaded", () => {
    for (const field of document.querySelectorAll("[data-shared-with]")) start(field);
  });
})();
