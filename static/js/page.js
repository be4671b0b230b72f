// Small improvements of the page. Everything works without them, by links and buttons.
document.addEventListener('change', (event) => {
  const control = event.target.closest('[data-submit-on-change]');
  if (control) control.form.requestSubmit();
});

// What a person prefers shows at once, in every tab, and on pages that the browser kept for Back.
function showPreferences() {
  Object.assign(document.documentElement.dataset, JSON.parse(localStorage.getItem('preferences')));
  const color = getComputedStyle(document.querySelector('.bar')).backgroundColor;
  for (const meta of document.querySelectorAll('[name=theme-color]')) meta.content = color;
}
document.addEventListener('preferences', ({ detail: { theme, density, view } }) => {
  localStorage.setItem('preferences', JSON.stringify({ theme, density, view }));
  showPreferences();
});
window.addEventListener('storage', showPreferences);
window.addEventListener('pageshow', ({ persisted }) => persisted && showPreferences());

// The page for while the server can't be reached. Only a secure address has this.
window.addEventListener('load', () => navigator.serviceWorker?.register('/service-worker.js').catch(() => {}));

// Empty fields are left out of the address.
document.addEventListener('submit', (event) => {
  if (!event.target.matches('[data-leave-out-empty]')) return;
  for (const control of event.target.elements) control.disabled ||= control.name && !control.value;
});

// A form for several entries in a row is cleared when the server has accepted one.
document.addEventListener('htmx:after:request', (event) => {
  const { sourceElement, response } = event.detail.ctx;
  if (response.status >= 400) return;
  if (sourceElement.matches?.('[data-empty-after]')) sourceElement.reset();
  if (sourceElement.matches?.('[data-close-after]')) sourceElement.hidePopover();
});

// A button whose response takes a while can be pressed once only.
for (const [name, busy] of [['htmx:before:request', true], ['htmx:after:request', false], ['htmx:error', false]]) {
  document.addEventListener(name, (event) => {
    const form = event.detail.ctx?.sourceElement;
    if (form?.matches?.('[data-busy]')) form.querySelector('button').setAttribute('aria-disabled', busy);
  });
}
document.addEventListener('submit', (event) => {
  if (event.submitter?.ariaDisabled === 'true') event.preventDefault();
}, { capture: true });

// Other keys, and gamepads, are handled by modules that the first one loads.
let keys;
document.addEventListener('keydown', (event) => {
  if (event.key === 'k' && (event.ctrlKey || event.metaKey) && !event.shiftKey) event.preventDefault();
  keys ??= import('./keys.js');
  // Once loaded, this is before the browser's own action. Without a server the next key tries again.
  keys.then(({ press }) => press(event), () => { keys = null; });
});
document.addEventListener('click', async ({ target }) => target.closest('[data-shortcuts]') && (await import('./shortcuts.js')).openShortcuts());
addEventListener('gamepadconnected', () => import('./gamepad.js'));
document.querySelector('[data-search]')?.addEventListener('focus', () => import('./suggest.js').catch(() => {}), { once: true });

document.addEventListener('keydown', (event) => {
  if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest('input, textarea, select, [contenteditable], dialog')) return;
  event.preventDefault();
  document.querySelector('[data-search]')?.select();
});

// The bottom bar's "Search" is the field of this page.
document.addEventListener('click', (event) => {
  if (!event.target.closest('[data-focus-search]')) return;
  event.preventDefault();
  document.querySelector('[data-search]').focus();
});

// The arrows of a row scroll it by what it shows.
document.addEventListener('click', (event) => {
  const step = event.target.closest('[data-row-step]');
  if (!step) return;
  const row = step.parentElement.querySelector('ul');
  event.preventDefault();
  const forward = getComputedStyle(row).direction === 'rtl' ? -1 : 1;
  row.scrollBy({ left: step.dataset.rowStep * row.clientWidth * forward });
  step.parentElement.querySelector('[data-row-step="-1"]').hidden = false;
});

// The current link is scrolled into view, where the navigation does not show all of it.
const navigation = document.getElementById('navigation');
const here = navigation?.querySelector('[aria-current]');
if (here && here.offsetTop > navigation.clientHeight) navigation.scrollTop = here.offsetTop / 2;

document.addEventListener('click', (event) => {
  event.target.closest('[data-dismiss]')?.closest('.notice').remove();
});

// Toasts. A result disappears after a while, unless it has the focus or the pointer; an error stays.
const FLEETING_MS = 10_000;
const MOST_NOTICES = 3;
const notices = document.getElementById('notices');

function fade(notice) {
  setTimeout(() => (notice.matches(':hover, :focus-within') ? fade(notice) : notice.remove()), FLEETING_MS);
}

// The focus returns to where it was before it came to a toast, when that is removed.
let from;
notices.addEventListener('focusin', ({ relatedTarget }) => {
  if (relatedTarget && !notices.contains(relatedTarget)) from = relatedTarget;
});
notices.addEventListener('focusout', ({ relatedTarget }) => {
  if (relatedTarget && !notices.contains(relatedTarget)) from = null;
});

new MutationObserver((records) => {
  if (from?.isConnected && document.activeElement === document.body) from.focus();
  for (const notice of records.flatMap((record) => [...record.addedNodes])) {
    if (notice.nodeType !== Node.ELEMENT_NODE) continue;
    if (notice.matches('[data-fleeting]')) fade(notice);
    else for (const older of [...notices.children]) if (older !== notice && older.textContent === notice.textContent) older.remove();
  }
  while (notices.children.length > MOST_NOTICES) notices.firstElementChild.remove();
}).observe(notices, { childList: true });

document.addEventListener('click', async (event) => {
  const button = event.target.closest('[data-card-menu]');
  if (!button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  (await import('./card_menu.js')).open(button);
});
