// The tag input as a combobox (ARIA Authoring Practices): arrow keys select one of the tags that the server
// offers, Enter or a click gives the video that tag, Escape closes the list.
const field = () => document.getElementById('tag-input');
const options = () => [...document.querySelectorAll('#tag-options > [role=option]')];
const highlighted = () => document.getElementById(field()?.getAttribute('aria-activedescendant'));

function choose(option) {
  for (const each of options()) each.setAttribute('aria-selected', each === option);
  if (option) field().setAttribute('aria-activedescendant', option.id);
  else field().removeAttribute('aria-activedescendant');
  option?.scrollIntoView({ block: 'nearest' });
}

function open(isOpen) {
  field()?.setAttribute('aria-expanded', isOpen && options().length > 0);
  if (!isOpen) choose(null);
}

function give(option) {
  field().value = option.dataset.value;
  open(false);
  field().form.requestSubmit();
}

document.addEventListener('keydown', (event) => {
  if (event.target !== field()) return;
  const list = options();
  if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
    const step = event.key === 'ArrowDown' ? 1 : -1;
    const from = list.indexOf(highlighted());
    const next = from < 0 ? (step > 0 ? 0 : list.length - 1) : (from + step + list.length) % list.length;
    if (!list.length) htmx.trigger(field(), 'click');
    open(true);
    if (list[next]) choose(list[next]);
  } else if (event.key === 'Enter' && highlighted()) {
    give(highlighted());
  } else if (event.key === 'Escape' && field().ariaExpanded === 'true') {
    open(false);
  } else return;
  event.preventDefault();
});

document.addEventListener('pointerdown', (event) => {
  const option = event.target.closest('#tag-options > [role=option]');
  if (option) event.preventDefault(); // the field keeps the focus
});
document.addEventListener('click', (event) => {
  const option = event.target.closest('#tag-options > [role=option]');
  if (option) give(option);
});
document.addEventListener('focusout', (event) => event.target === field() && open(false));
// Suggestions for the field are here. A choice closes the list; what is typed, a click or an arrow key
// asks for others.
document.addEventListener('htmx:after:swap', (event) => {
  if (event.detail.ctx.sourceElement === field() && document.activeElement === field()) open(true);
});
