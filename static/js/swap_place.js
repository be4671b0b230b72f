// The swap style `place`: cards enter a list, or move in it, at the position that the server names.
//
//   place                 at the end (the next page of an endless list)
//   place before:v-12     before that card, if the page has it
//   place before:end      at the end, if the page shows the list to its end
//
// A card that the page already has keeps its element: it is moved if it must be, and morphed, so
// focus and scroll stay. One that belongs to a part of the list not yet loaded is left out; it
// comes with its page.
(() => {
  let api;

  function move(list, card, before) {
    if (card.nextElementSibling === before && card.parentNode === list) return;
    if (list.moveBefore && card.parentNode === list) list.moveBefore(card, before);
    else list.insertBefore(card, before);
  }

  // The element to stand before, null for the end, undefined when it is not on this page.
  function destination(list, before) {
    if (!before) return null;
    if (before === 'end') return document.querySelector('#more[data-complete]') ? null : undefined;
    const found = document.getElementById(before);
    return found?.parentNode === list ? found : undefined;
  }

  function morph(card, fresh) {
    const holder = document.createDocumentFragment();
    holder.append(fresh);
    api.morph(card, holder, false);
  }

  function place(list, fresh, before) {
    const card = document.getElementById(fresh.id);
    const where = destination(list, before);
    if (card) {
      const isLast = card.parentNode === list && !card.nextElementSibling;
      if (where !== undefined) move(list, card, where);
      else if (!isLast) return void card.remove();
      morph(card, fresh);
      return card;
    }
    if (where === undefined) return;
    if (before) fresh.classList.add('card-arrived');
    list.insertBefore(fresh, where);
    return fresh;
  }

  htmx.registerExtension('place', {
    init: (internal) => { api = internal; },
    handle_swap: (style, list, fragment, spec) => {
      if (style !== 'place') return false;
      return [...fragment.children].map((fresh) => place(list, fresh, spec.before)).filter(Boolean);
    },
  });
})();
