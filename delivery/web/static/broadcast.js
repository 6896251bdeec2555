// Brings the progress of a broadcast anew as the server says it; without script the page refreshes.
const live = document.querySelector("[data-events]");
if (live && window.EventSource) {
  const source = new EventSource(live.dataset.events);
  source.addEventListener("progress", (event) => { live.innerHTML = event.data; });
  source.addEventListener("changed", () => { source.close(); location.reload(); });
}
