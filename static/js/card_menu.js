// The menu of a card, loaded when it is first opened. Favorite and stars are those of the card itself,
// so that they answer at once and change back when the server refuses.
const menu = document.getElementById('card-menu');
const find = (name) => menu.querySelector(`[data-menu-${name}]`);
let card = null;

const heart = () => card.querySelector('[data-heart]');
const isWatched = () => card.querySelector('.card-watched') !== null;

export function open(button) {
  card = button.closest('.card');
  const rate = card.querySelector('[data-rate]');
  const rating = Number(rate?.textContent);
  menu.querySelector('.card-menu-title').textContent = card.querySelector('.card-title').textContent;
  for (const star of menu.querySelectorAll('[data-menu-star]')) {
    star.classList.toggle('star-on', star.value > 0 && star.value <= rating);
    star.setAttribute('aria-pressed', Number(star.value) === rating && rating > 0);
  }
  find('favorite').setAttribute('aria-pressed', heart().getAttribute('aria-pressed'));
  find('watched').setAttribute('aria-pressed', isWatched());
  find('select').hidden = !card.querySelector('.card-select');
  find('open').href = button.href;
  menu.showPopover({ source: button });
}

function setWatched() {
  const marks = card.querySelector('.marks');
  const action = heart().getAttribute('formaction').replace(/favorite$/, 'watched');
  htmx.ajax('POST', action, { source: marks, target: marks, swap: 'outerMorph', values: { watched: isWatched() ? 0 : 1 } });
}

menu.addEventListener('click', ({ target }) => {
  const button = target.closest('button');
  if (!button || !card?.isConnected) return;
  menu.hidePopover();
  if ('menuStar' in button.dataset) card.dispatchEvent(new CustomEvent('lvs:rate', { bubbles: true, detail: Number(button.value) }));
  else if ('menuFavorite' in button.dataset) heart().click();
  else if ('menuWatched' in button.dataset) setWatched();
  else card.querySelector('.card-select').click();
});
