// The live stream: shows whether it is open, reconnects quickly, and fetches the page's region
// again when too much has changed for single messages.
let stream = document.getElementById('live');
const dot = document.querySelector('[data-live]');

// The state of a stream's connection, or undefined while there is none. htmx has no public way to it:
// this is what hx-sse 4.0.1 keeps on its element, with `attempt` (how many failed since the last
// success), `abortController` and `delayCanceller` (ends the wait before the next attempt).
function connectionOf(element) {
  return element._htmx?.sse;
}

function show(state, words) {
  if (!dot || dot.dataset.live === state) return;
  dot.dataset.live = state;
  dot.firstElementChild.textContent = words;
}

// One request at a time: a change during it is in the next one.
let fetching = false;
let wanted = false;
async function catchUp() {
  const region = document.querySelector('[data-again]');
  if (!region) return location.reload();
  wanted = true;
  if (fetching) return;
  fetching = true;
  while (wanted) {
    wanted = false;
    const url = new URL(region.dataset.again, location.href);
    url.searchParams.set('shown', document.querySelectorAll('#grid > .card').length);
    const answer = htmx.ajax('GET', url.pathname + url.search, { target: `#${region.id}`, swap: 'outerMorph' });
    await answer.catch(() => {}); // the stream is lost, too; its reconnection starts this again
  }
  fetching = false;
}

// A list that was fetched again loads its own next page. Drop the old list's response.
document.addEventListener('htmx:before:swap', (event) => {
  if (!event.detail.ctx.sourceElement?.isConnected) event.preventDefault();
});

function listen() {
  stream.addEventListener('htmx:sse:after:connection', () => show('on', 'Live'));
  stream.addEventListener('htmx:sse:error', () => show('off', 'Reconnecting…'));
  stream.addEventListener('htmx:sse:before:connection', () => {
    if (connectionOf(stream)?.attempt) show('off', 'Reconnecting…');
  });
  stream.addEventListener('resync', catchUp);
  // The first connection is an ordinary request. When it fails, htmx does not try again.
  for (const name of ['htmx:error', 'htmx:response:error']) {
    stream.addEventListener(name, ({ target }) => {
      if (target !== stream) return; // of a list that is no longer shown
      show('off', 'Reconnecting…');
      setTimeout(connect, 2000);
    });
  }
}

function connect() {
  if (!connectionOf(stream)) htmx.ajax('GET', stream.getAttribute('hx-sse:connect'), { source: stream });
}

// The page shows another list now: its stream in place of the old one.
document.addEventListener('lvs:list', ({ detail: feed }) => {
  const old = stream;
  stream = old.cloneNode();
  stream.removeAttribute('data-htmx-powered');
  stream.setAttribute('hx-sse:connect', feed);
  connectionOf(old)?.abortController?.abort();
  old.replaceWith(stream);
  listen();
  htmx.process(stream);
});

if (stream) {
  listen();
  addEventListener('online', () => connectionOf(stream)?.delayCanceller?.());
}
