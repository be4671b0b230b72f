// Moves the focus by direction: from card to card, and from the first and last of them to what is
// around. Each group of cards is one tab stop: the card that had the focus last, with its buttons.
const LINKS = '.card-link, .folder-link, .entry';
const CARDS = '.card, .folder-tile, .entry';
const GROUPS = '.grid, .folder-tiles, .home-row-items, .entries';
const STOPS = 'a[href], button, input, select, textarea, summary';
const TOLERANCE = 8; // pixels by which what lies in a direction may overlap

const cardOf = (element) => element?.closest?.(CARDS);
const groupOf = (element) => element.closest(GROUPS) ?? element.parentNode;
const linkOf = (card) => (card.matches(LINKS) ? card : card.querySelector(LINKS));
const linksOf = (group) => [...group.querySelectorAll(LINKS)];

// --- one tab stop for each group ---

const current = new WeakMap(); // group -> the card that is its tab stop

function setStops(card, isStop) {
  for (const element of card.matches(STOPS) ? [card] : card.querySelectorAll(STOPS)) {
    if (isStop) element.removeAttribute('tabindex');
    else element.tabIndex = -1;
  }
}

function follow(card) {
  const group = groupOf(card);
  const before = current.get(group);
  if (before !== card && before?.isConnected) setStops(before, false);
  current.set(group, card);
  setStops(card, true);
}

function update(cards) {
  for (const card of cards) {
    const stop = current.get(groupOf(card));
    if (stop?.isConnected) setStops(card, card === stop);
    else follow(card);
  }
}

const main = document.getElementById('main');
const allCards = () => main.querySelectorAll(CARDS);
update(allCards());
new MutationObserver((records) => {
  const changed = records.some((record) => record.removedNodes.length) ? allCards() : new Set(
    records.flatMap(({ addedNodes }) => [...addedNodes]).flatMap((node) => (
      node.nodeType !== Node.ELEMENT_NODE ? [] : [cardOf(node) ?? [...node.querySelectorAll(CARDS)]].flat()
    )),
  );
  update(changed);
}).observe(main, { childList: true, subtree: true });
document.addEventListener('focusin', ({ target }) => cardOf(target) && follow(cardOf(target)));

// --- directions ---

const isRtl = () => getComputedStyle(document.body).direction === 'rtl';

// By interval: [start, end] along the direction, and across it.
function spans(element, isVertical) {
  const { top, bottom, left, right } = element.getBoundingClientRect();
  return isVertical ? [[top, bottom], [left, right]] : [[left, right], [top, bottom]];
}
const middle = ([start, end]) => (start + end) / 2;

// What lies in a direction, with its distances: along it (`gap`), across it (`apart`, 0 where they
// overlap) and of the middles across it (`off`). To the side only what is beside.
function lying(from, key, among) {
  const isVertical = key === 'ArrowUp' || key === 'ArrowDown';
  const isForward = key === 'ArrowDown' || key === 'ArrowRight';
  const [along, across] = spans(from, isVertical);
  const found = [];
  for (const element of among) {
    const [theirs, aside] = spans(element, isVertical);
    const gap = isForward ? theirs[0] - along[1] : along[0] - theirs[1];
    const apart = Math.max(0, aside[0] - across[1], across[0] - aside[1]);
    if (element === from || gap < -TOLERANCE || (!isVertical && apart)) continue;
    found.push({ element, gap, apart, off: Math.abs(middle(aside) - middle(across)) });
  }
  return found;
}

const least = (found, cost) => found.reduce((best, one) => (!best || cost(one) < cost(best) ? one : best), null)?.element;

function nearest(from, key, among) {
  return least(lying(from, key, among), ({ gap, apart, off }) => gap + 2 * apart + off / 10);
}

// Of the next row, however few cards it has.
function nearestCard(link, key, links) {
  const found = lying(link, key, links);
  const end = Math.min(...found.map(({ gap }) => gap)) + link.offsetHeight / 2;
  return least(found.filter(({ gap }) => gap <= end), ({ off }) => off);
}

function isReachable(element) {
  if (element.tabIndex < 0 || element.disabled || !element.checkVisibility({ visibilityProperty: true })) return false;
  const { width, right } = element.getBoundingClientRect();
  return width > 1 && right > 0;
}
// Not the fields that keep arrow keys to themselves: nobody would come out of them.
const around = () => [...document.querySelectorAll('a[href], button, summary, [data-search], [type=checkbox]')].filter((one) => isReachable(one) && !cardOf(one));
const isShown = (link) => link.getBoundingClientRect().width > 0;

function fromCard(link, key) {
  if (key === 'ArrowUp' || key === 'ArrowDown') return nearestCard(link, key, linksOf(document).filter(isShown));
  const links = linksOf(groupOf(link)).filter(isShown);
  return links[links.indexOf(link) + ((key === 'ArrowRight') === isRtl() ? -1 : 1)];
}

// The first card below the bar at the top.
function first() {
  const links = linksOf(main).filter(isShown);
  const bar = document.querySelector('.bar')?.offsetHeight ?? 0;
  return links.find((link) => link.getBoundingClientRect().top >= bar) ?? links[0];
}

function show(element) {
  if (!element) return false;
  element.focus({ focusVisible: true, preventScroll: true });
  element.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  return true;
}

// Moves the focus; false where there is nothing in that direction.
export function move(key) {
  const from = document.activeElement ?? document.body;
  const dialog = document.querySelector('dialog[open], [popover]:popover-open');
  if (dialog) return show(nearest(from, key, [...dialog.querySelectorAll(STOPS)].filter(isReachable)));
  const card = cardOf(from);
  if (card) {
    const link = linkOf(card);
    const others = around();
    const beside = others.filter((one) => main.contains(one));
    // Below the last row is nothing, also where the navigation beside it is longer.
    return show(fromCard(link, key) ?? nearest(link, key, beside) ?? (key !== 'ArrowDown' && nearest(link, key, others)));
  }
  if (from === document.body || from.matches('main, .grid')) return show(first());
  return show(nearest(from, key, [...around(), ...linksOf(main).filter(isShown)]));
}

// The first or the last card of the group.
export function moveToEnd(key) {
  const links = linksOf(groupOf(cardOf(document.activeElement)));
  return show(key === 'Home' ? links[0] : links.at(-1));
}

export const cardInFocus = () => cardOf(document.activeElement);

export function announce(words) {
  document.getElementById('announcement').textContent = words;
}

export function favorite(card = cardInFocus()) {
  const heart = card?.querySelector('[data-heart]');
  heart?.click();
  if (heart) announce(heart.ariaPressed === 'true' ? 'Added to favorites' : 'Removed from favorites');
  return Boolean(heart);
}
