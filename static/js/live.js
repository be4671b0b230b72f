// The live stream: shows whether it is open, comes back quickly, and fetches the page's region
// anew when too much has happened to be told event by event.
const stream = document.getElementById('live');
const dot = document.querySelector('[data-live]');

function show(state, words) {
  if (!dot || dot.dataset.live === state) return;
  dot.dataset.live = state;
  dot.firstElementChild.textContent = words;
}

function catchUp() {
  const region = document.querySelector('[data-again]');
  if (!region) return location.reload();
  const url = new URL(region.dataset.again, location.href);
  url.searchParams.set('shown', region.querySelectorAll('#grid > .card').length);
  htmx.ajax('GET', url.pathname + url.search, { target: `#${region.id}`, swap: 'outerMorph' });
}

function connect() {
  if (!stream._htmx?.sse) htmx.ajax('GET', stream.getAttribute('hx-sse:connect'), { source: stream });
}

if (stream) {
  stream.addEventListener('htmx:sse:after:connection', () => show('on', 'Live'));
  stream.addEventListener('htmx:sse:error', () => show('off', 'Reconnecting'));
  stream.addEventListener('htmx:sse:before:connection', () => {
    if (stream._htmx?.sse?.attempt) show('off', 'Reconnecting');
  });
  stream.addEventListener('resync', catchUp);
  if (stream._htmx?.sse?.status) show('on', 'Live'); // it was open before this module ran
  // The first connection is an ordinary request; when that fails, nobody else tries again.
  for (const name of ['htmx:error', 'htmx:response:error']) {
    stream.addEventListener(name, () => {
      show('off', 'Reconnecting');
      setTimeout(connect, 2000);
    });
  }
  addEventListener('online', () => stream._htmx?.sse?.delayCanceller?.());
}
