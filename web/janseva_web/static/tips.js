/* Pages of secret information: nothing is kept, nothing is fetched; each works without this. */
"use strict";

document.getElementById("faults")?.focus();

/* Leaving takes this page out of the way back. */
for (const link of document.querySelectorAll("[data-leave]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    location.replace(link.href);
  });
}

/* A reload or a step back asks for the key again, and sends nothing anew. */
const once = document.querySelector("[data-once]");
if (once) history.replaceState(null, "", once.dataset.once);
