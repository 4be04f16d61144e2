// Buttons that make or use a passkey: ask the server what for, let the browser do it, send the answer with the form.
"use strict";

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const with_bytes = (list) => (list ?? []).map((each) => ({ ...each, id: bytes(each.id) }));

const make = async (options) => {
  const user = { ...options.user, id: bytes(options.user.id) };
  const excludeCredentials = with_bytes(options.excludeCredentials);
  const publicKey = { ...options, user, excludeCredentials, challenge: bytes(options.challenge) };
  return answer(await navigator.credentials.create({ publicKey }), ["clientDataJSON", "attestationObject"]);
};

const use = async (options) => {
  const allowCredentials = with_bytes(options.allowCredentials);
  const publicKey = { ...options, allowCredentials, challenge: bytes(options.challenge) };
  const parts = ["clientDataJSON", "authenticatorData", "signature", "userHandle"];
  return answer(await navigator.credentials.get({ publicKey }), parts);
};

const answer = (made, parts) => {
  const response = {};
  for (const part of parts) if (made.response[part]) response[part] = text(made.response[part]);
  return { id: made.id, rawId: text(made.rawId), type: made.type, response, clientExtensionResults: {} };
};

const begin = async (button) => {
  const form = button.form, csrf = form.elements.csrf?.value;
  const asked = await fetch(button.dataset.begin, { method: "POST", headers: csrf ? { "x-csrf-token": csrf } : {} });
  const said = await asked.json();
  if (!asked.ok) throw new Error(said.detail);
  const credential = await (button.dataset.passkey === "make" ? make : use)(said.options);
  const into = button.dataset.into ?? "";
  form.elements[`${into}step`].value = said.step;
  form.elements[`${into}credential`].value = JSON.stringify(credential);
  for (const field of form.querySelectorAll("[required]")) field.required = false;
  form.submit();
};

for (const button of document.querySelectorAll("[data-passkey]")) {
  button.hidden = !window.PublicKeyCredential;
  button.addEventListener("click", () => begin(button).catch((error) => {
    const said = button.form.querySelector("[data-passkey-said]");
    said.textContent = error.name === "NotAllowedError" ? "Nothing came of it; try again." : error.message;
  }));
}
