// Brings the list and the open conversation anew as the server says it; without script one reloads.
const live = document.querySelector("[data-events]");
if (live && window.EventSource) {
  const source = new EventSource(live.dataset.events);
  for (const part of document.querySelectorAll("[data-part]")) {
    let news = null;
    const show = () => {
      // What somebody is filling in stays until they are done with it.
      if (news === null || part.querySelector("details[open]")) return;
      const at = document.activeElement;
      const link = part.contains(at) ? at.getAttribute("href") : null;
      part.innerHTML = news;
      news = null;
      if (link) part.querySelector(`a[href="${CSS.escape(link)}"]`)?.focus();
    };
    source.addEventListener(part.dataset.part, (event) => { news = event.data; show(); });
    part.addEventListener("toggle", show, true);
  }
}
