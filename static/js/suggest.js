// Below the search field: what was searched before, kept in this browser alone, and while typing folders,
// tags and titles. Loaded when the field first has the focus.
const KEPT = 8;
const KEY = 'lvs-searches';
const WAIT_MS = 120;
const field = document.querySelector('[data-search]');
const panel = Object.assign(document.createElement('div'), { className: 'panel suggestions', hidden: true });
field.after(panel);
let wait;

const options = () => [...panel.querySelectorAll('[role=option]')];
const selected = () => panel.querySelector('[aria-selected=true]');

function recent() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? [];
  } catch {
    return []; // without storage, or what something else has written
  }
}

function keep(searches) {
  try {
    localStorage.setItem(KEY, JSON.stringify(searches));
  } catch { /* full, or not allowed: there is no history then */ }
}

function remember() {
  const text = field.value.trim();
  if (text.length > 1) keep([text, ...recent().filter((one) => one !== text)].slice(0, KEPT));
}

function select(option) {
  for (const each of options()) each.ariaSelected = each === option;
  if (option) field.setAttribute('aria-activedescendant', option.id);
  else field.removeAttribute('aria-activedescendant');
  option?.scrollIntoView({ block: 'nearest' });
}

function show(isShown) {
  panel.hidden = !isShown || !options().length;
  field.setAttribute('aria-expanded', !panel.hidden);
  if (panel.hidden) select(null);
}

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function showRecent() {
  const list = element('div', { className: 'matches', id: 'suggestion-results', role: 'listbox', ariaLabel: 'Recent searches' });
  recent().forEach((text, index) => list.append(element('button', {
    className: 'match', type: 'button', role: 'option', id: `suggestion-${index}`, tabIndex: -1, ariaSelected: 'false',
  }, element('span', { className: 'match-name', textContent: text }))));
  const clear = element('button', { className: 'match matches-title', type: 'button', textContent: 'Clear recent searches' });
  clear.dataset.clear = '';
  panel.replaceChildren(element('p', { className: 'matches-title', textContent: 'Recent searches', ariaHidden: 'true' }), list, clear);
  show(true);
}

// Titles are left out where the list itself shows them.
async function suggest() {
  const text = field.value.trim();
  if (!text) return showRecent();
  const hasList = document.getElementById('library') ? '&list=1' : '';
  const answer = await fetch(`/partials/suggestions?q=${encodeURIComponent(text)}${hasList}`).catch(() => null);
  const html = answer?.ok ? await answer.text() : '';
  if (text !== field.value.trim() || document.activeElement !== field) return;
  panel.innerHTML = html;
  show(true);
}

field.addEventListener('input', () => {
  clearTimeout(wait);
  select(null);
  wait = setTimeout(suggest, field.value.trim() ? WAIT_MS : 0);
});
field.addEventListener('focus', () => field.value.trim() || showRecent());
field.addEventListener('blur', () => {
  clearTimeout(wait);
  show(false);
});
field.addEventListener('change', remember);
field.form.addEventListener('submit', () => {
  clearTimeout(wait);
  remember();
  show(false);
});

field.addEventListener('keydown', (event) => {
  if (panel.hidden || event.isComposing) return;
  const list = [...options(), null];
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) select(list[(list.indexOf(selected()) + step + list.length) % list.length]);
  else if (event.key === 'Escape') show(false);
  else if (event.key === 'Enter' && selected()) selected().click();
  else return;
  event.preventDefault();
});

panel.addEventListener('pointerdown', (event) => event.preventDefault()); // the field keeps the focus
panel.addEventListener('click', ({ target }) => {
  if (target.closest('[data-clear]')) {
    keep([]);
    return show(false);
  }
  const option = target.closest('[role=option]');
  if (option?.href) return remember();
  if (!option) return;
  field.value = option.textContent;
  field.dispatchEvent(new Event('input', { bubbles: true })); // the list follows what is typed
  field.form.requestSubmit();
});

for (const [name, value] of Object.entries({ role: 'combobox', 'aria-autocomplete': 'list', 'aria-controls': 'suggestion-results', 'aria-expanded': false, autocomplete: 'off' })) {
  field.setAttribute(name, value);
}
if (document.activeElement === field) suggest();
