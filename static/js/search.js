// Results as one types: the list of the words, its address and its stream, the field left alone.
const field = document.querySelector('[data-search]');
const WAIT_MS = 120;
let timer;
let shown = field.value.trim(); // what the list is of
let fetching = false;
let isOwn = false; // whether the newest entry of the history is ours to replace

function arrive(region) {
  history[isOwn ? 'replaceState' : 'pushState'](null, '', region.dataset.here);
  isOwn = true;
  document.title = region.dataset.title;
  for (const link of document.querySelectorAll('#places a')) {
    link.ariaCurrent = link.getAttribute('href') === region.dataset.place ? 'page' : null;
  }
  document.getElementById('notices').replaceChildren();
  document.dispatchEvent(new CustomEvent('lvs:list', { detail: region.dataset.feed }));
}

// One request at a time; what was typed meanwhile is in the next.
async function search() {
  if (fetching) return;
  fetching = true;
  while (shown !== field.value.trim()) {
    shown = field.value.trim();
    const url = `/partials/library?${new URLSearchParams(shown ? { q: shown } : {})}`;
    const before = document.getElementById('library').dataset.here;
    await htmx.ajax('GET', url, { target: '#library', swap: 'outerMorph' }).catch(() => {});
    const region = document.getElementById('library');
    if (region.dataset.here !== before) arrive(region);
  }
  fetching = false;
}

if (document.getElementById('library')) {
  field.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(search, WAIT_MS);
  });
  // Back and forward lead to lists as they are now, the field and the stream with them.
  addEventListener('popstate', () => location.reload());
}
