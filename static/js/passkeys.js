// Passkeys: adding one, signing in with one, using one as a second factor. allauth's own scripts speak to the
// browser; this one starts them from attributes of the form, and says what went wrong.
"use strict";

(() => {
  const error = document.getElementById("passkey-error");
  const unsupported = document.getElementById("passkey-unsupported");
  const can = Boolean(window.PublicKeyCredential && navigator.credentials);

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const button = document.getElementById(form.dataset.passkeyButton);
    if (!can) {
      button.disabled = true;
      unsupported.hidden = false;
      continue;
    }
    const ids = {
      login: button.id,
      add: button.id,
      authenticate: button.id,
      credential: form.querySelector("[name=credential]").id,
      passwordless: form.querySelector("[name=passwordless]")?.id,
      data: form.dataset.passkeyOptions,
    };
    window.allauth.webauthn.forms[`${form.dataset.passkey}Form`]({ ids });
    button.addEventListener("click", () => { error.hidden = true; }, { capture: true });
  }
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    error.hidden = false;
  });
})();
