// Keys of every page, loaded when the first one is pressed. They are listed in
// lvs/listing/shortcuts.py, and shown by `?`.
import { announce, cardInFocus, favorite, move, moveToEnd } from './grid.js';
import { openShortcuts, shortcuts } from './shortcuts.js';

const WAIT_MS = 1500; // for the second key of a shortcut such as `g h`
const FIELDS = 'input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]';
const OWN_ARROWS = `${FIELDS}, [type=radio], [role=listbox], [role=group] > [data-star], media-controller, video, audio, summary`;

let goneAt = -Infinity; // when `g` was pressed
async function go(key) {
  const link = (await shortcuts()).querySelector(`[data-go="${CSS.escape(key)}"]`);
  link?.click();
}

function undo() {
  const button = [...document.querySelectorAll('#notices [action="/bulk/undo"] button')].at(-1);
  button?.click();
  return Boolean(button);
}

// --- cards ---

const isSelecting = () => document.getElementById('selecting')?.checked;
const boxOf = (card) => card.querySelector('.card-select');

function selectAll() {
  if (!isSelecting()) return false;
  for (const box of document.querySelectorAll('#grid .card-select')) box.checked = true;
  document.querySelector('[data-select-all]').dispatchEvent(new Event('change', { bubbles: true }));
  return true;
}

function rate(card, stars) {
  card.dispatchEvent(new CustomEvent('lvs:rate', { bubbles: true, detail: stars }));
  announce(stars ? `Rated ${stars} of 5 stars` : 'Rating cleared');
  return true;
}

function toggle(card, isRange) {
  const box = boxOf(card);
  box?.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, shiftKey: isRange }));
  return Boolean(box);
}

const CARD_KEYS = {
  f: favorite,
  x: (card) => toggle(card, false),
  X: (card) => toggle(card, true),
  Home: () => moveToEnd('Home'),
  End: () => moveToEnd('End'),
};
for (let stars = 0; stars <= 5; stars++) CARD_KEYS[stars] = (card) => rate(card, stars);

// --- all keys ---

function stopSelecting() {
  if (!isSelecting() || document.querySelector('dialog[open], :popover-open')) return false;
  document.querySelector('.bulk [data-select]').click();
  return true;
}

function arrow(key, target) {
  const isLeft = target.matches('[data-search]:not([aria-expanded=true])') && /Up|Down/.test(key);
  if (target.closest(OWN_ARROWS) && !isLeft && !cardInFocus()) return false;
  // Without a card in focus they are the player's, and those of a page of text scroll.
  if (!cardInFocus() && (document.getElementById('stage') || !document.querySelector('main .card-link, main .folder-link'))) return false;
  return move(key);
}

function pressed(event) {
  const { key } = event;
  const target = document.activeElement ?? document.body;
  // Keys that were pressed while this was loading come late.
  if (target !== event.target && target.closest(FIELDS)) return false;
  if (target.closest('dialog[open]')) return false;
  if (event.ctrlKey || event.metaKey) {
    if (event.shiftKey || target.closest(FIELDS)) return false;
    return (key === 'z' && undo()) || (key === 'a' && selectAll());
  }
  if (event.altKey) return false;
  if (key.startsWith('Arrow')) return !event.shiftKey && arrow(key, target);
  if (target.closest(FIELDS)) return false;
  const isSecond = event.timeStamp - goneAt < WAIT_MS;
  goneAt = key === 'g' && !isSecond ? event.timeStamp : -Infinity;
  if (isSecond) go(key);
  else if (key === 'g') shortcuts();
  if (isSecond || key === 'g') return true;
  if (key === '?') {
    openShortcuts();
    return true;
  }
  if (key === 'u') return undo();
  if (key === 'Escape') return stopSelecting();
  const card = cardInFocus();
  return card && CARD_KEYS[key] ? CARD_KEYS[key](card) : false;
}

export async function press(event) {
  if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key === 'k') {
    return (await import('./palette.js')).toggle();
  }
  if (!event.defaultPrevented && !event.isComposing && pressed(event)) event.preventDefault();
}
