// Small comforts of the page. Everything here works without them, by links and buttons.
document.addEventListener('change', (event) => {
  const control = event.target.closest('[data-submit-on-change]');
  if (control) control.form.requestSubmit();
});
