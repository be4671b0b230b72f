// The dialog with the keyboard shortcuts, fetched once. Its links are the places of `g` and a letter.
let dialog; // a promise
export function shortcuts() {
  dialog ??= fetch('/partials/shortcuts').then(async (answer) => {
    // A bundle has this module by another address: another instance may have been first.
    const found = document.getElementById('shortcuts');
    if (found) return found;
    const holder = document.createElement('template');
    holder.innerHTML = await answer.text();
    document.body.append(holder.content);
    return document.getElementById('shortcuts');
  });
  dialog.catch(() => { dialog = null; });
  return dialog;
}

export const openShortcuts = async () => (await shortcuts()).showModal();
