// Selects several cards: by the tick on each, by a long press, in ranges with Shift; while selecting by
// a click anywhere on a card. Keys are in keys.js.
const HOLD_MS = 500;
const mode = () => document.getElementById('selecting');
const isOn = () => mode()?.checked;
const boxes = () => [...document.querySelectorAll('#grid .card-select')];
const boxOf = (element) => element.closest?.('#grid .card-link')?.parentElement.querySelector('.card-select');
let last = null;

function showCount() {
  const bar = document.querySelector('[data-selected]');
  if (!bar) return;
  const all = document.querySelector('[data-select-all]').checked;
  const count = boxes().filter((box) => box.checked).length;
  const total = document.getElementById('bulk-total').textContent;
  bar.textContent = all ? `All ${total} selected` : count ? `${count} selected` : 'Select videos';
  return count;
}

function select(on) {
  mode().checked = on;
  document.getElementById('select').setAttribute('aria-pressed', on);
  if (!on) {
    for (const box of boxes()) box.checked = false;
    document.querySelector('[data-select-all]').checked = false;
  }
  showCount();
}

// The last one that is deselected ends it.
function choose(box, checked, range) {
  if (!isOn()) select(true);
  const list = boxes();
  const [from, to] = [list.indexOf(last), list.indexOf(box)].sort((a, b) => a - b);
  if (range && from >= 0) for (const between of list.slice(from, to + 1)) between.checked = checked;
  box.checked = checked;
  last = box;
  if (!showCount() && !document.querySelector('[data-select-all]').checked) select(false);
}

document.addEventListener('click', (event) => {
  const { target, shiftKey } = event;
  if (target.matches('.card-select')) return choose(target, target.checked, shiftKey);
  const button = target.closest('[data-select]');
  if (button) {
    select(!isOn());
    document.getElementById('select').focus(); // also from "Close", which is then hidden
  }
  const box = isOn() && boxOf(target);
  if (!box) return;
  event.preventDefault();
  choose(box, !box.checked, shiftKey);
});

// A long press selects; the click that ends it does nothing more.
let hold = 0;
let held = false;
document.addEventListener('pointerdown', ({ pointerType, target }) => {
  held = false;
  const box = pointerType === 'touch' && !isOn() && boxOf(target);
  if (!box) return;
  hold = setTimeout(() => {
    held = true;
    choose(box, true);
  }, HOLD_MS);
});
for (const name of ['pointerup', 'pointercancel']) document.addEventListener(name, () => clearTimeout(hold));
for (const name of ['click', 'contextmenu']) {
  document.addEventListener(name, (event) => {
    if (!held && !(name === 'contextmenu' && event.pointerType === 'touch' && boxOf(event.target))) return;
    event.preventDefault();
    event.stopPropagation();
  }, { capture: true });
}

document.addEventListener('change', (event) => event.target.matches('[data-select-all]') && showCount());

// An action closes the menu that it is in.
document.addEventListener('submit', ({ target, submitter }) => target.id === 'bulk' && submitter?.closest('[popover]')?.hidePopover());

// Cards that are added or removed change how many are selected; a list that is fetched again has no count.
document.addEventListener('htmx:after:swap', showCount);
