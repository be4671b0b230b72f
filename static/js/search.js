// Results while typing: replaces the list, its address and its stream, but not the field.
// What may still become a filter (`rating:>`) is left out until a pause in typing, or Enter.
const form = document.querySelector('.search');
const field = form.querySelector('[data-search]');
const WAIT_MS = 120;
const REST_MS = 800;
const RETRY_MS = 2000;
const library = () => document.getElementById('library');
const notices = document.getElementById('notices');
let wait, rest, retry;
let isMeant = false; // whether the field is complete
let asked = { text: field.value.trim(), isMeant: true };
let fetching = false;
const address = () => location.pathname + location.search; // a link within the page leaves it
let shown = address();
let isOwn = false; // whether the newest entry of the history may be replaced

function arrive(region) {
  history[isOwn ? 'replaceState' : 'pushState'](null, '', region.dataset.here);
  isOwn = true;
  shown = address();
  document.title = region.dataset.title;
  for (const link of document.querySelectorAll('#navigation a')) {
    link.ariaCurrent = link.getAttribute('href') === region.dataset.place ? 'page' : null;
  }
  announce();
  document.dispatchEvent(new CustomEvent('lvs:list', { detail: region.dataset.feed }));
}

function announce() {
  const found = document.querySelector('#empty h2') ?? document.querySelector('#summary .muted');
  document.getElementById('announcement').textContent = found.textContent;
}

function isSettled() {
  const isSame = asked.text === field.value.trim();
  return isSame && (asked.isMeant || !isMeant || !('draft' in library().dataset));
}

// The result of a request: `ok`, `refused` (the page says why by then) or `lost`.
async function fetchList(text, values) {
  let result = 'ok';
  const refuse = () => { result = 'refused'; };
  const lose = () => { result = 'lost'; };
  form.addEventListener('htmx:response:error', refuse);
  form.addEventListener('htmx:error', lose);
  const url = text ? '/partials/gallery' : field.dataset.home; // and the fields of the form
  await htmx.ajax('GET', url, { source: form, target: '#library', swap: 'outerMorph', values });
  form.removeEventListener('htmx:response:error', refuse);
  form.removeEventListener('htmx:error', lose);
  return result;
}

// One request at a time; what was typed meanwhile is in the next.
async function search() {
  if (fetching) return;
  fetching = true;
  clearTimeout(retry);
  while (!isSettled()) {
    const now = { text: field.value.trim(), isMeant };
    const before = library().dataset.here;
    const result = await fetchList(now.text, isMeant ? {} : { draft: 1 });
    if (result === 'lost') {
      reportLost();
      break;
    }
    asked = now;
    if (result === 'ok') for (const old of notices.querySelectorAll('.notice-error')) old.remove();
    if (library().dataset.here !== before) arrive(library());
  }
  fetching = false;
}

function reportLost() {
  if (!notices.querySelector('[data-lost]')) {
    const notice = document.getElementById('error-notice').content.firstElementChild.cloneNode(true);
    notice.dataset.lost = '';
    notice.firstElementChild.textContent = "Can't reach the server. The search continues when it is back.";
    notices.append(notice);
  }
  retry = setTimeout(search, RETRY_MS);
}

function mean() {
  clearTimeout(wait);
  clearTimeout(rest);
  isMeant = true;
  search();
}

// A change of the filters shows at once.
document.addEventListener('change', async ({ target }) => {
  const filters = target.closest('[data-filters]');
  if (!filters) return;
  const before = library().dataset.here;
  await htmx.ajax('GET', '/partials/gallery', { source: filters, target: '#library', swap: 'outerMorph' });
  if (library().dataset.here !== before) arrive(library());
});

if (library()) {
  field.addEventListener('input', () => {
    clearTimeout(wait);
    clearTimeout(rest);
    isMeant = false;
    wait = setTimeout(search, WAIT_MS);
    rest = setTimeout(mean, REST_MS);
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    mean();
  });
  // Back and forward lead to lists as they are now, the field and the stream with them.
  addEventListener('popstate', () => shown !== address() && location.reload());
}
