/* What makes the pages quicker where a script may run; each of them works without. Texts come from the page. */
"use strict";

/* An error summary gets the focus, so that it is read out first. */
document.getElementById("faults")?.focus();

/* Place by GPS: the button appears only where it can work. */
for (const box of document.querySelectorAll(".locate")) {
  if (!navigator.geolocation) break;
  const form = box.closest("form"), status = box.querySelector("[role=status]");
  const locate = () => {
    status.textContent = box.dataset.wait;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        form.elements.lat.value = coords.latitude.toFixed(6);
        form.elements.lon.value = coords.longitude.toFixed(6);
        form.elements.accuracy.value = Math.round(coords.accuracy);
        status.textContent = box.dataset.found;
      },
      () => { status.textContent = box.dataset.failed; },
      { enableHighAccuracy: true, timeout: 20000, maximumAge: 60000 },
    );
  };
  box.hidden = false;
  box.querySelector("button").addEventListener("click", locate);
}

/* A receipt's picture leads here with number and code behind the #: they go on as a form, and leave the address. */
const track = document.getElementById("track");
if (track && location.hash.includes("~")) {
  const [number, code] = decodeURIComponent(location.hash.slice(1)).split("~");
  history.replaceState(null, "", location.pathname);
  track.elements.number.value = number;
  track.elements.code.value = code;
  track.submit();
}

/* A page made for paper: its button prints it. */
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

/* Time that is left counts down; within the last day in hours, minutes and seconds. */
const tick = () => {
  for (const left of document.querySelectorAll("[data-due]")) {
    const seconds = Math.floor((new Date(left.dataset.due) - Date.now()) / 1000);
    if (seconds < 0) continue;
    const digits = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
    left.textContent = digits.map((part) => String(part).padStart(2, "0")).join(":");
  }
};
setInterval(tick, 1000);
tick();

/* A case that changes is fetched anew; if no event comes through, once a minute. A list is fetched every few seconds. */
const live = document.getElementById("live");
if (live) {
  const renew = async () => {
    const answer = await fetch(live.dataset.part, { credentials: "same-origin" });
    if (!answer.ok || answer.redirected) return;
    const text = await answer.text();
    /* What somebody is about to do is not taken from under his hands. */
    if (text === live.dataset.shown || live.contains(document.activeElement) || live.querySelector(":checked")) return;
    const part = new DOMParser().parseFromString(text, "text/html");
    if (live.dataset.shown) live.classList.add("changed");
    live.dataset.shown = text;
    live.replaceChildren(...part.body.childNodes);
    tick();
    setTimeout(() => live.classList.remove("changed"), 2500);
  };
  if (live.dataset.live) {
    const source = new EventSource(live.dataset.live);
    source.addEventListener("status", renew);
    setInterval(() => { if (source.readyState !== EventSource.OPEN) renew(); }, 60000);
  } else {
    setInterval(renew, live.dataset.every * 1000);
  }
}

/* Without a network a kept page says that nothing was sent. */
navigator.serviceWorker?.register("/worker.js");
