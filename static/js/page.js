// Small comforts of the page. Everything here works without them, by links and buttons.
document.addEventListener('change', (event) => {
  const control = event.target.closest('[data-submit-on-change]');
  if (control) control.form.requestSubmit();
});

// What was left empty need not stand in the address.
document.addEventListener('submit', (event) => {
  if (!event.target.matches('[data-leave-out-empty]')) return;
  for (const control of event.target.elements) control.disabled ||= control.name && !control.value;
});

// A form for one thing after the other is empty again when the server has taken it.
document.addEventListener('htmx:after:request', (event) => {
  const { sourceElement, response } = event.detail.ctx;
  if (response.status >= 400) return;
  if (sourceElement.matches?.('[data-empty-after]')) sourceElement.reset();
  if (sourceElement.matches?.('[data-close-after]')) sourceElement.hidePopover();
});

// A button whose answer takes a while is pressed once.
for (const [name, busy] of [['htmx:before:request', true], ['htmx:after:request', false], ['htmx:error', false]]) {
  document.addEventListener(name, (event) => {
    const form = event.detail.ctx?.sourceElement;
    if (form?.matches?.('[data-busy]')) form.querySelector('button').setAttribute('aria-disabled', busy);
  });
}
document.addEventListener('submit', (event) => {
  if (event.submitter?.ariaDisabled === 'true') event.preventDefault();
}, { capture: true });

document.addEventListener('keydown', (event) => {
  if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest('input, textarea, select, [contenteditable], dialog')) return;
  event.preventDefault();
  document.querySelector('[data-search]')?.select();
});

document.addEventListener('click', (event) => {
  event.target.closest('[data-dismiss]')?.closest('.notice').remove();
});

// What a button said it did has been read after a while; what it could not do stays.
document.addEventListener('htmx:after:swap', () => {
  for (const notice of document.querySelectorAll('#notices [data-fleeting]')) {
    setTimeout(() => notice.remove(), 6000);
  }
});
