// Back to a list that grew while scrolling: its entry in the history has the number of cards that it
// showed and which was at the top, for browsers that have not kept the page itself.
const cards = () => [...document.querySelectorAll('#grid > .card')];
let isOwn = true; // whether the newest entry is of the list that is shown

function keep() {
  const all = cards();
  const card = all.find((each) => each.getBoundingClientRect().bottom > 0);
  if (!isOwn || !card) return;
  const top = card.getBoundingClientRect().top;
  history.replaceState(scrollY ? { shown: all.length, card: card.id, top } : null, '');
}

async function restore({ shown, card, top }) {
  if (cards().length >= shown) return; // then the browser does
  isOwn = false;
  history.scrollRestoration = 'manual';
  const url = new URL(document.getElementById('library').dataset.again, location.href);
  url.searchParams.set('shown', shown);
  await htmx.ajax('GET', url.pathname + url.search, { source: '#grid', target: '#library', swap: 'outerMorph' });
  history.scrollRestoration = 'auto';
  isOwn = true;
  const element = document.getElementById(card) ?? cards().at(-1);
  scrollBy({ top: element.getBoundingClientRect().top - top, behavior: 'instant' });
}

if (history.state?.shown) restore(history.state);
addEventListener('popstate', () => { isOwn = false; });
addEventListener('pagehide', keep);
document.querySelector('[data-search]').addEventListener('focus', keep); // a search is a new entry
