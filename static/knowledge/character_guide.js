// Below each text field with a limit: how many characters are used, and how many there may be.
(() => {
  const counters = new WeakMap();

  const counterOf = (field) => {
    let counter = counters.get(field);
    if (!counter) {
      counter = document.createElement("p");
      counter.className = "help";
      counter.dir = "ltr";
      field.insertAdjacentElement("afterend", counter);
      counters.set(field, counter);
    }
    return counter;
  };

  const update = ({ target }) => {
    if (!target.matches?.("input[maxlength], textarea[maxlength]")) return;
    const used = [...target.value].length;
    counterOf(target).textContent = `${used} / ${target.maxLength}`;
  };

  document.addEventListener("focusin", update);
  document.addEventListener("input", update);
})();
